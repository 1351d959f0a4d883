import type { Explanation } from '@nearfield/search';

/** Share of the best word's score that others need to be named: `to` and `the` say nothing. */
const LEAST = 0.25;

/** Why a passage was found, in a sentence: the shares of meaning and words, and the words that matched. */
export function reasonOf({ keywords, meaning, words }: Explanation): string {
  const total = Math.max(0, keywords) + Math.max(0, meaning);
  const share = (part: number): string => `${Math.round((100 * Math.max(0, part)) / total)} %`;
  if (total === 0) return 'It is near in meaning, but not by much.';
  const most = Math.max(...words.map((each) => each.score));
  const matched = words.filter((each) => each.score >= LEAST * most).map(({ word }) => word);
  if (matched.length === 0) return 'Found by its meaning alone: it shares no word with your question.';
  return `Meaning ${share(meaning)}, words ${share(keywords)}: ${[...new Set(matched)].join(', ')}.`;
}
