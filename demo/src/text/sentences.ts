/** A part of a text: characters from `start` up to `end`. */
export interface Span {
  start: number;
  end: number;
}

const sentenceSegmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const wordSegmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Spans of the sentences of a text, surrounding white space left out. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { segment, index } of sentenceSegmenter.segment(text)) {
    const trimmed = segment.trim();
    if (trimmed === '') continue;
    const start = index + segment.indexOf(trimmed);
    spans.push({ start, end: start + trimmed.length });
  }
  return spans;
}

/** Spans of the words of a text, also in scripts that write no spaces. Punctuation is not counted. */
export function wordSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { segment, index, isWordLike } of wordSegmenter.segment(text)) {
    if (isWordLike) spans.push({ start: index, end: index + segment.length });
  }
  return spans;
}

export const countWords = (text: string): number => wordSpans(text).length;
