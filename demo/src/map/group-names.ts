import { STOP_WORDS } from '../corpus/content-words.ts';

/** Words of a name. */
const WORDS = 3;

/** Share of all texts beyond which a word is no subject: `the`, `der`, in any language. Counts from so many texts on. */
const MOST_TEXTS = 0.2;
const FEW_TEXTS = 20;

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** The words of a text that may name something, in lower case. */
function wordsOf(text: string): string[] {
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text.toLowerCase());
  const words: string[] = [];
  for (const { segment, isWordLike } of segments) {
    if (!isWordLike || STOP_WORDS.has(segment.replaceAll('’', "'")) || /^\p{N}/u.test(segment)) continue;
    if (segment.length > 2 || IDEOGRAPHS.test(segment)) words.push(segment);
  }
  return words;
}

/**
 * Names of groups by their most typical words: those of the largest class-based TF-IDF, tf(t, c) · log(1 + A / f(t)),
 * with tf the share of a word among those of the group, A the average number of words of a group, and f the count of the
 * word in all of them (Grootendorst, BERTopic: Neural topic modeling with a class-based TF-IDF procedure, 2022, eq. 2).
 * @param groups the group of each text, from 0
 * @returns by group; empty where a group has no words
 */
export function namesOfGroups(texts: readonly string[], groups: ArrayLike<number>): string[] {
  const words = texts.map(wordsOf);
  const inTexts = new Map<string, number>();
  for (const each of words) for (const word of new Set(each)) inTexts.set(word, (inTexts.get(word) ?? 0) + 1);
  const most = texts.length < FEW_TEXTS ? texts.length : texts.length * MOST_TEXTS;
  const counts: Map<string, number>[] = [];
  const overall = new Map<string, number>();
  let total = 0;
  for (const [index, each] of words.entries()) {
    const group = groups[index]!;
    counts[group] ??= new Map();
    for (const word of each) {
      if (inTexts.get(word)! > most) continue;
      counts[group].set(word, (counts[group].get(word) ?? 0) + 1);
      overall.set(word, (overall.get(word) ?? 0) + 1);
      total++;
    }
  }
  const average = total / Math.max(1, counts.length);
  return Array.from(counts, (own = new Map<string, number>()) => {
    const size = [...own.values()].reduce((sum, count) => sum + count, 0);
    return [...own]
      .map(([word, count]) => ({ word, weight: (count / size) * Math.log(1 + average / overall.get(word)!) }))
      .sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
      .slice(0, WORDS)
      .map(({ word }) => word)
      .join(', ');
  });
}
