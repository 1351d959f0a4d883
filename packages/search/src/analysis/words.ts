/** A word of a text and where it stands. */
export interface Word {
  /** As written. */
  readonly text: string;
  /** Offset of its first UTF-16 unit in the text. */
  readonly start: number;
  /** Offset after its last. */
  readonly end: number;
}

const RUN = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

let segmenter: Intl.Segmenter | undefined;

/**
 * The words of a text in their order: runs of letters and digits. Runs of Chinese, Japanese, Thai, Lao, Khmer or
 * Burmese are split by `Intl.Segmenter`, or into single characters where there is none.
 */
export function* words(text: string): Generator<Word> {
  for (const match of text.matchAll(RUN)) {
    const [run] = match;
    const start = match.index;
    if (!UNSPACED.test(run)) {
      yield { text: run, start, end: start + run.length };
      continue;
    }
    for (const { segment, index } of unspaced(run)) {
      yield { text: segment, start: start + index, end: start + index + segment.length };
    }
  }
}

function* unspaced(run: string): Generator<{ segment: string; index: number }> {
  if (typeof Intl.Segmenter === 'function') {
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
    for (const { segment, index, isWordLike } of segmenter.segment(run)) {
      if (isWordLike) yield { segment, index };
    }
    return;
  }
  let index = 0;
  for (const character of run) {
    yield { segment: character, index };
    index += character.length;
  }
}
