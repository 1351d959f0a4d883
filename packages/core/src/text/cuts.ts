import { IDEOGRAPHS, isWhiteSpace } from './characters.ts';
import type { Normalizer } from './normalizers.ts';
import type { CutStyle } from './pre-tokenizers.ts';
import type { AddedTokenFile } from './tokenizer-file.ts';

/** Properties that decide where a text may be cut. */
export interface CutRules {
  readonly style: CutStyle;
  readonly normalizer: Normalizer | undefined;
  readonly addedTokens: readonly AddedTokenFile[];
}

const WHITE_SPACE = [' ', '\n', '\t', '\r', '\u3000'];
const MARKS = [...'.,;:!?()"，。、；：！？「」『』（）…'];

const LETTER = /\p{L}/u;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;
const IDEOGRAPH = new RegExp(`^[${IDEOGRAPHS}]$`, 'u');

/**
 * Places where a text can be cut without changing its tokens, so that only the beginning of a long text is read.
 *
 * Before white space nothing reaches over: it composes with nothing before it (normal forms), words end there, and
 * where it belongs to the word after it, it does so in both cases. Other places are as {@link CutStyle} says. Characters
 * that are in an added token's text are no such place.
 */
export class Cuts {
  /** White space before which a text may be cut, and punctuation marks. */
  readonly #spaces: ReadonlySet<string>;
  readonly #marks: ReadonlySet<string>;
  readonly #atIdeographs: boolean;
  readonly #style: CutStyle;
  readonly #normalize: (text: string) => string;
  /** Characters at the end of a token that takes the white space after it. */
  readonly #greedyEnds: ReadonlySet<string>;
  /** Characters at the end of a token that must stand alone. */
  readonly #wordEnds: ReadonlySet<string>;
  /** Two characters beside each other in an added token. */
  readonly #pairs: ReadonlySet<string>;

  constructor({ style, normalizer, addedTokens }: CutRules) {
    const normalize = (text: string): string => (normalizer ? normalizer.normalize(text) : text);
    this.#normalize = normalize;
    const unclear = addedTokens.some(
      ({ normalized, lstrip, rstrip, single_word }) => normalized && (lstrip || rstrip || single_word),
    );
    const isLocal = (!normalizer || normalizer.isLocal) && !unclear;
    this.#style = isLocal ? style : 'nowhere';
    const spellings = addedTokens.flatMap(({ content }) => [content, normalize(content)]);
    const taken = new Set(spellings.flatMap((text) => [...text]));
    const free = (character: string): boolean => !taken.has(character);
    const wanted = this.#style === 'spaces' ? [' '] : WHITE_SPACE;
    this.#spaces = new Set(
      this.#style === 'nowhere'
        ? []
        : wanted.filter((space) => {
            const inside = normalize(`a${space}a`);
            const isSpace = this.#style === 'spaces' ? inside[1] === ' ' : isWhiteSpace(inside[1] ?? '');
            return (
              inside.length === 3 && isSpace && inside.startsWith('a') && inside.endsWith('a') && free(space)
            );
          }),
    );
    const standsAlone = addedTokens.some(({ single_word }) => single_word);
    const atMarks = (this.#style === 'words' || this.#style === 'runs') && !standsAlone;
    this.#marks = new Set(
      atMarks ? MARKS.filter((mark) => /^a[\p{P}\p{S}]a$/u.test(normalize(`a${mark}a`)) && free(mark)) : [],
    );
    this.#atIdeographs =
      this.#style === 'words' &&
      !standsAlone &&
      normalize('a\u4e2da') === 'a \u4e2d a' &&
      ![...taken].some((character) => IDEOGRAPH.test(character));
    this.#greedyEnds = new Set(
      addedTokens.filter(({ rstrip }) => rstrip).map(({ content }) => content.at(-1)!),
    );
    this.#wordEnds = new Set(
      addedTokens.filter(({ single_word }) => single_word).map(({ content }) => content.at(-1)!),
    );
    this.#pairs = new Set(
      spellings.flatMap((text) =>
        [...text].flatMap((each, at, all) => (at > 0 ? [all[at - 1]! + each] : [])),
      ),
    );
  }

  /** The last place after `from`, at `limit` at most, where the text may be cut; −1 if none exists. */
  last(text: string, from: number, limit: number): number {
    if (this.#style === 'nowhere') return -1;
    for (let at = Math.min(limit, text.length - 1); at > from; at--) if (this.#isCut(text, at)) return at;
    return -1;
  }

  #isCut(text: string, at: number): boolean {
    const right = text[at]!;
    if (this.#spaces.has(right)) {
      const left = text[at - 1]!;
      if (this.#greedyEnds.has(left)) return false;
      const atRuns = this.#style === 'runs' || this.#style === 'runs-before-space';
      return !atRuns || LETTER_OR_NUMBER.test(left);
    }
    if (this.#marks.has(right)) return this.#style === 'words' || LETTER.test(text[at - 1]!);
    return this.#atIdeographs && right >= '\u4e00' && right <= '\u9fff';
  }

  /**
   * The last place after `from`, at `limit` at most, where a text may be broken off inside a piece: all pieces before
   * the one that is broken are those of the whole text, and that one's beginning is the beginning of a piece. −1 if
   * there is none.
   */
  lastWithin(text: string, from: number, limit: number): number {
    if (this.#style === 'nowhere') return -1;
    for (let at = Math.min(limit, text.length - 1); at > from + 4; at--) {
      if (this.#isWithin(text, from, at)) return at;
    }
    return -1;
  }

  #isWithin(text: string, from: number, at: number): boolean {
    const left = characterBefore(text, at);
    const right = String.fromCodePoint(text.codePointAt(at)!);
    if (isLowHalf(text.charCodeAt(at)) && left.length === 1 && isHighHalf(text.charCodeAt(at - 1)))
      return false;
    if (this.#pairs.has(left + right) || this.#wordEnds.has(left.at(-1)!)) return false;
    const isRuns = this.#style === 'runs' || this.#style === 'runs-before-space';
    if (left === ' ' && right === ' ') return isRuns && this.#isPlainRun(text, from, at);
    if (!PLAIN.test(left) || !PLAIN.test(right)) return false;
    const [last, first] = [this.#normalize(left).at(-1), this.#normalize(right)[0]];
    if (last === undefined || first === undefined || this.#pairs.has(last + first)) return false;
    // A contraction such as 're is one piece only once it is complete.
    return !isRuns || !/['’]/.test(text.slice(at - 4, at + 1));
  }

  /** Whether spaces before a place are a run that nothing but spaces belongs to. */
  #isPlainRun(text: string, from: number, at: number): boolean {
    let start = at;
    while (start > from && text[start - 1] === ' ') start--;
    return start === from || !isWhiteSpace(text[start - 1]!);
  }
}

/**
 * Characters that no normal form joins to the one before and that begin a grapheme of their own: no marks, no parts of
 * Hangul syllables, no half-width forms, no letters that belong to the one beside them.
 */
const PLAIN =
  /^(?!['’\u0e33\u0eb3\u0d4e\u1100-\u11ff\u3130-\u318f\u3200-\u32ff\ua960-\ua97f\ud7b0-\ud7ff\uff00-\uffef\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}])[\p{L}\p{N}\p{P}\p{S}]$/u;

const isHighHalf = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLowHalf = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

function characterBefore(text: string, at: number): string {
  const isPair = at > 1 && isLowHalf(text.charCodeAt(at - 1)) && isHighHalf(text.charCodeAt(at - 2));
  return text.slice(isPair ? at - 2 : at - 1, at);
}
