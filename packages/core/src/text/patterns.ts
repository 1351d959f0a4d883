import { ReplaceNormalizer } from '@huggingface/tokenizers';
import { type PatternCost, patternCost } from './pattern-cost.ts';
import { type Match, matchesOf, occurrences } from './pieces.ts';
import { isRecord, shown } from './tokenizer-file.ts';

/** Finds the matches of a pattern of tokenizer.json. */
export interface TextPattern {
  matches(text: string): Iterable<Match>;
  /** The regular expression as the file spells it; undefined for a literal. */
  readonly source: string | undefined;
  /** The text of a literal. */
  readonly literal: string | undefined;
  /** Characters that a match has at least. */
  readonly shortest: number;
}

/**
 * Word patterns of published models that read a text in linear time, though their shape does not show it, and at which
 * words end where white space begins (see `cuts.ts`).
 */
export const PUBLISHED_WORDS: ReadonlySet<string> = new Set([
  // GPT-2, RoBERTa
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  // cl100k_base, Llama 3, jina-embeddings-v5-nano
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  // Qwen 2 and after: jina-embeddings-v4, v5, jina-reranker-v3
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
]);

/** o200k_base's words end at white space too, but what a word is can depend on all letters after it. */
const PUBLISHED_OTHERS: ReadonlySet<string> = new Set([
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
]);

/** Steps that a pattern of a shape without a bound may take for one text. A step is some nanoseconds. */
const MOST_STEPS = 1e9;

/**
 * A pattern of tokenizer.json, with what Rust's and Oniguruma's escapes mean (`\s` is White_Space).
 * @throws Error if it is none, or one that could run without end.
 */
export function patternOf(value: unknown): TextPattern {
  if (isRecord(value) && typeof value.String === 'string') {
    const literal = value.String;
    if (literal === '') throw new Error('one of its patterns is an empty text');
    return {
      matches: (text) => occurrences(text, literal),
      source: undefined,
      literal,
      shortest: [...literal].length,
    };
  }
  if (!isRecord(value) || typeof value.Regex !== 'string') {
    throw new Error(`one of its patterns is ${shown(value)}, which is neither a String nor a Regex`);
  }
  const source = value.Regex;
  const compiled = compile(source);
  const isPublished = PUBLISHED_WORDS.has(source) || PUBLISHED_OTHERS.has(source);
  const { shortest, quantifiers } = isPublished ? { shortest: 1, quantifiers: [] } : costOf(compiled, source);
  if (quantifiers.length === 0) {
    return { matches: (text) => matchesOf(text, compiled), source, literal: undefined, shortest };
  }
  const runs = quantifiers.map(({ atom, power, factor }) => ({
    run: new RegExp(`(?:${atom})+`, 'gu'),
    power,
    factor,
  }));
  const matches = (text: string): Iterable<Match> => {
    for (const { run, power, factor } of runs) {
      let steps = 0;
      for (const [start, end] of matchesOf(text, run)) steps += factor * (end - start) ** power;
      if (steps <= MOST_STEPS) continue;
      throw new Error(`its pattern ${shown(source)} would take too long for this text`);
    }
    return matchesOf(text, compiled);
  };
  return { matches, source, literal: undefined, shortest };
}

function costOf(compiled: RegExp, source: string): PatternCost {
  try {
    return patternCost(compiled.source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`its pattern ${shown(source)} could run without end: ${reason}`);
  }
}

function compile(source: string): RegExp {
  if (source.length > 4096) throw new Error(`its pattern ${shown(source)} has ${source.length} characters`);
  let pattern: RegExp | null;
  try {
    ({ pattern } = new ReplaceNormalizer({ type: 'Replace', pattern: { Regex: source }, content: '' }));
  } catch (cause) {
    throw new Error(
      `its pattern ${shown(source)} cannot be read (${cause instanceof Error ? cause.message : cause})`,
    );
  }
  if (!pattern) throw new Error(`its pattern ${shown(source)} cannot be read`);
  return pattern;
}
