/** How well a text agrees with another, by their words. */
export interface Score {
  precision: number;
  recall: number;
  f1: number;
}

/** Words as Python's `\w+` finds them in lower case. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

function counts(words: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}

/**
 * Precision, recall and F1 of two bags of words, as the Web Content eXtraction Benchmark defines them. Where one is
 * empty they are 0, where both are 1.
 */
export function wordScore(found: string, truth: string): Score {
  const foundWords = wordsOf(found);
  const truthWords = wordsOf(truth);
  if (foundWords.length === 0 || truthWords.length === 0) {
    const value = foundWords.length === truthWords.length ? 1 : 0;
    return { precision: value, recall: value, f1: value };
  }
  const known = counts(truthWords);
  let overlap = 0;
  for (const [word, count] of counts(foundWords)) overlap += Math.min(count, known.get(word) ?? 0);
  const precision = overlap / foundWords.length;
  const recall = overlap / truthWords.length;
  return { precision, recall, f1: overlap === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
