/** Which words of a text matched a query, and which part of it to show. */
import { analyse, type Language } from '../analysis/analyser.ts';
import type { QueryWord } from '../keywords/query.ts';

/** `[start, end)` in UTF-16 units. */
export type TextRange = readonly [start: number, end: number];

/** Letters of an excerpt, about. */
const EXCERPT = 220;

/** Terms of a query that are worth marking: stop words only where the query has nothing else. */
export function markedTerms(words: readonly QueryWord[]): ReadonlySet<string> {
  const carrying = words.filter(({ isStopWord }) => !isStopWord);
  const chosen = carrying.length > 0 ? carrying : words;
  return new Set(chosen.flatMap(({ terms }) => terms.map(({ term }) => term)));
}

/** Texts whose words are remembered: each keystroke shows much of what the one before did. */
const REMEMBERED = 256;

/** Words of a text, as far as highlighting goes. */
interface KnownWords {
  /** Term and folded word, one after the other. */
  readonly terms: readonly string[];
  /** Start and end in the text, one after the other. */
  readonly places: Uint32Array;
}

const remembered = new WeakMap<Language, Map<string, KnownWords>>();

/** The words of a text; the texts that were not read for longest are forgotten. */
function wordsOf(text: string, language: Language): KnownWords {
  const texts = remembered.get(language) ?? new Map<string, KnownWords>();
  remembered.set(language, texts);
  let known = texts.get(text);
  if (known === undefined) {
    const all = [...analyse(text, language)];
    known = {
      terms: all.flatMap(({ term, folded }) => [term, folded]),
      places: Uint32Array.from(all.flatMap(({ word }) => [word.start, word.end])),
    };
    if (texts.size >= REMEMBERED) texts.delete(texts.keys().next().value!);
  } else texts.delete(text);
  texts.set(text, known);
  return known;
}

/** Ranges of a text whose words are among the terms, in order; neighbours with only spaces between them are one. */
export function highlightsOf(
  text: string,
  terms: ReadonlySet<string>,
  languages: Language | readonly Language[],
): TextRange[] {
  const found: [number, number][] = [];
  if (terms.size === 0) return found;
  const [language, ...others] = [languages].flat() as readonly Language[];
  const known = wordsOf(text, language!);
  for (let at = 0; at < known.terms.length; at += 2) {
    const folded = known.terms[at + 1]!;
    if (!terms.has(known.terms[at]!) && !others.some(({ stem }) => terms.has(stem(folded)))) continue;
    const [start, end] = [known.places[at]!, known.places[at + 1]!];
    const last = found.at(-1);
    if (last !== undefined && /^[ \t]*$/.test(text.slice(last[1], start))) last[1] = end;
    else found.push([start, end]);
  }
  return found;
}

/**
 * The part of a text to show: the window with most matched letters, from the beginning of a sentence or word to the end
 * of one. Without matches it is the text's beginning.
 */
export function excerptOf(text: string, highlights: readonly TextRange[], letters = EXCERPT): TextRange {
  if (text.length <= letters) return [0, text.length];
  let best = 0;
  let most = -1;
  for (const [from] of highlights.length > 0 ? highlights : [[0] as const]) {
    const inside = highlights.filter(([start, end]) => start >= from && end <= from + letters * 0.8);
    const matched = inside.reduce((sum, [start, end]) => sum + end - start, 0);
    if (matched > most) [best, most] = [from, matched];
  }
  const before = text.slice(0, best);
  const sentence = Math.max(before.lastIndexOf('. '), before.lastIndexOf('\n')) + 1;
  const word = before.lastIndexOf(' ', best - letters * 0.2) + 1;
  const begin = best - sentence <= letters * 0.4 ? sentence : word;
  const start = begin + (/^\s*/.exec(text.slice(begin))?.[0].length ?? 0);
  if (start + letters >= text.length) return [start, text.length];
  const space = text.lastIndexOf(' ', start + letters);
  const end = space > start ? space : start + letters;
  const reaching = highlights.find(([from, to]) => from < end && to > end);
  return [start, reaching?.[1] ?? end];
}
