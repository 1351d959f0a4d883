import type { Explanation } from '@nearfield/search';
import { words } from '../words/language.ts';

/** Share of the best word's score that others need to be named: `to` and `the` say nothing. */
const LEAST = 0.25;

/** Why a passage was found, in a sentence: the shares of meaning and words, and the words that matched. */
export function reasonOf({ keywords, meaning, words: found }: Explanation): string {
  const texts = words().search.reason;
  const total = Math.max(0, keywords) + Math.max(0, meaning);
  const share = (part: number): string => `${Math.round((100 * Math.max(0, part)) / total)} %`;
  if (total === 0) return texts.hardly;
  const most = Math.max(...found.map((each) => each.score));
  const matched = found.filter((each) => each.score >= LEAST * most).map(({ word }) => word);
  if (matched.length === 0) return texts.meaningAlone;
  return texts.both(share(meaning), share(keywords), [...new Set(matched)].join(', '));
}
