import { isWhiteSpace, PUNCTUATION } from './characters.ts';
import { hasChanged, OLD_PUNCTUATION } from './old-categories.ts';
import { PUBLISHED_WORDS, patternOf } from './patterns.ts';
import { type Match, matchesOf, type SplitBehavior, splitAt } from './pieces.ts';
import { type ComponentFile, componentsOf, shown } from './tokenizer-file.ts';

/** A text in pieces, and whether the first of them begins where the text does. */
export interface Pieces {
  readonly pieces: readonly string[];
  readonly atStart: boolean;
}

/**
 * Places at which a text may be cut so that the pieces of its parts are those of the whole:
 * `words`: before any white space, and beside punctuation and ideographs;
 * `white-space`: before any white space;
 * `runs`: before white space or punctuation that follows a letter or a number, as the word patterns of byte-level
 * models have it; `runs-before-space`: the same, but before white space only;
 * `spaces`: before a space;
 * `nowhere`: it is not known.
 */
export type CutStyle = 'words' | 'white-space' | 'runs' | 'runs-before-space' | 'spaces' | 'nowhere';

/** Divides a text into pieces that are tokens by themselves. */
export interface PreTokenizer {
  divide(text: Pieces): Pieces;
  readonly cuts: CutStyle;
}

/**
 * The pre-tokenizer of tokenizer.json, as the Rust tokenisers have it.
 * @throws Error for a pre-tokenizer that is unknown or damaged.
 */
export function preTokenizerOf(file: ComponentFile, depth = 0): PreTokenizer {
  switch (file.type) {
    case 'Sequence': {
      if (depth > 8) throw new Error('its pre-tokenizers lie too deep in each other');
      const parts = componentsOf(file.pretokenizers, 'pre-tokenizers').map((each) => ({
        type: each.type,
        ...preTokenizerOf(each, depth + 1),
      }));
      return {
        divide: (text) => parts.reduce((each, part) => part.divide(each), text),
        cuts: cutsOf(parts),
      };
    }
    case 'BertPreTokenizer':
      return {
        divide: eachPiece(
          (text) => text.match(hasChanged(text) ? OLD_BERT_WORDS : BERT_WORDS) ?? [],
          startsVisibly,
        ),
        cuts: 'words',
      };
    case 'Whitespace':
      return { divide: eachPiece((text) => text.match(WORDS) ?? [], startsVisibly), cuts: 'white-space' };
    case 'WhitespaceSplit':
      return { divide: eachPiece((text) => text.match(VISIBLE) ?? [], startsVisibly), cuts: 'white-space' };
    case 'Metaspace':
      return metaspace(file);
    case 'ByteLevel':
      return byteLevel(file);
    case 'Split':
      return split(file);
    case 'Punctuation':
      return {
        divide: eachPiece((text) =>
          splitAt(
            text,
            matchesOf(text, hasChanged(text) ? OLD_PUNCTUATION_MARK : PUNCTUATION_MARK),
            behaviorOf(file.behavior ?? 'Isolated'),
          ),
        ),
        cuts: 'nowhere',
      };
    case 'Digits': {
      const behavior = file.individual_digits ? 'Isolated' : 'Contiguous';
      return {
        divide: eachPiece((text) => splitAt(text, matchesOf(text, NUMBER), behavior)),
        cuts: 'nowhere',
      };
    }
    case 'FixedLength': {
      const { length } = file;
      if (!Number.isInteger(length) || (length as number) < 1) {
        throw new Error(`the length of its pieces is ${shown(length)}`);
      }
      return {
        divide: eachPiece((text) => {
          const characters = [...text];
          const count = Math.ceil(characters.length / (length as number));
          return Array.from({ length: count }, (_, at) =>
            characters.slice(at * (length as number), (at + 1) * (length as number)).join(''),
          );
        }),
        cuts: 'nowhere',
      };
    }
    default:
      throw new Error(`its pre-tokenizer ${shown(file.type)} is not known`);
  }
}

const VISIBLE = /\P{White_Space}+/gu;
const BERT_WORDS = new RegExp(`[^\\p{White_Space}${PUNCTUATION}]+|[${PUNCTUATION}]`, 'gu');
const OLD_BERT_WORDS = new RegExp(`(?:(?!${OLD_PUNCTUATION})\\P{White_Space})+|${OLD_PUNCTUATION}`, 'gu');
const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const WORDS = new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu');
const PUNCTUATION_MARK = new RegExp(`[${PUNCTUATION}]`, 'gu');
const OLD_PUNCTUATION_MARK = new RegExp(OLD_PUNCTUATION, 'gu');
const NUMBER = /\p{N}/gu;
const GPT2_WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const startsVisibly = (text: string): boolean => text !== '' && !isWhiteSpace(text[0]!);

/** @param keepsStart whether the first piece of a text begins where the text does. */
const eachPiece =
  (divide: (text: string) => readonly string[], keepsStart = (_: string): boolean => true) =>
  ({ pieces, atStart }: Pieces): Pieces => ({
    pieces: pieces.length === 1 ? divide(pieces[0]!) : pieces.flatMap(divide),
    atStart: atStart && pieces.length > 0 && keepsStart(pieces[0]!),
  });

/** A sequence may be cut as its first part that knows where, if the parts before it look at single characters. */
function cutsOf(parts: readonly { type: unknown; cuts: CutStyle }[]): CutStyle {
  for (const { type, cuts } of parts) {
    if (type === 'Punctuation' || type === 'Digits') continue;
    return cuts;
  }
  return 'nowhere';
}

function metaspace(file: ComponentFile): PreTokenizer {
  const replacement = typeof file.replacement === 'string' ? file.replacement : '\u2581';
  if ([...replacement].length !== 1)
    throw new Error(`its Metaspace has the replacement ${shown(replacement)}`);
  const scheme = file.prepend_scheme ?? (file.add_prefix_space === false ? 'never' : 'always');
  const divides = file.split !== false;
  return {
    divide: ({ pieces, atStart }) => {
      const found: string[] = [];
      pieces.forEach((piece, index) => {
        let text = piece.replaceAll(' ', replacement);
        const prepends = scheme === 'always' || (scheme === 'first' && atStart && index === 0);
        if (prepends && !text.startsWith(replacement)) text = replacement + text;
        if (!divides) found.push(text);
        else for (const part of splitBefore(text, replacement)) found.push(part);
      });
      return { pieces: found, atStart };
    },
    cuts: divides ? 'spaces' : 'nowhere',
  };
}

/** A text in parts that begin with a mark, the first perhaps without. */
function splitBefore(text: string, mark: string): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    const next = text.indexOf(mark, from + 1);
    const end = next < 0 ? text.length : next;
    parts.push(text.slice(from, end));
    from = end;
  }
  return parts;
}

/** The characters that byte-level vocabularies have for bytes: visible ones for themselves, U+0100 and up for the rest. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(visible ? byte : 0x100 + moved++);
  });
})();

const utf8 = new TextEncoder();

function toByteCharacters(text: string): string {
  let result = '';
  for (const byte of utf8.encode(text)) result += BYTE_CHARACTERS[byte];
  return result;
}

function byteLevel(file: ComponentFile): PreTokenizer {
  const { add_prefix_space: prefix = true, use_regex: divides = true } = file;
  return {
    divide: ({ pieces, atStart }) => ({
      pieces: pieces.flatMap((piece) => {
        const text = prefix && !startsWithSpace(piece) ? ` ${piece}` : piece;
        return (divides ? (text.match(GPT2_WORDS) ?? []) : [text]).map(toByteCharacters);
      }),
      atStart,
    }),
    cuts: divides ? (prefix ? 'runs-before-space' : 'runs') : 'nowhere',
  };
}

const startsWithSpace = (text: string): boolean => text !== '' && isWhiteSpace(text[0]!);

function split(file: ComponentFile): PreTokenizer {
  const pattern = patternOf(file.pattern);
  const behavior = behaviorOf(file.behavior);
  const invert = file.invert === true;
  const isPublished = pattern.source !== undefined && PUBLISHED_WORDS.has(pattern.source);
  const covers = behavior === 'Isolated' || (behavior === 'Removed' && invert);
  return {
    divide: eachPiece((text) => splitAt(text, pattern.matches(text) as Iterable<Match>, behavior, invert)),
    cuts: isPublished && covers ? 'runs' : 'nowhere',
  };
}

const BEHAVIORS: Record<string, SplitBehavior> = {
  removed: 'Removed',
  isolated: 'Isolated',
  mergedwithprevious: 'MergedWithPrevious',
  mergedwithnext: 'MergedWithNext',
  contiguous: 'Contiguous',
};

function behaviorOf(value: unknown): SplitBehavior {
  const behavior = typeof value === 'string' ? BEHAVIORS[value.toLowerCase()] : undefined;
  if (!behavior) throw new Error(`it divides texts by ${shown(value)}, which is not known`);
  return behavior;
}
