import type { Explanation } from '@nearfield/search';
import { words } from '../words/language.ts';
import { type Choices, chosenPairs } from './filters/choices.ts';
import { filterValue } from './filters/filter-texts.ts';

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

/** A reason, with the filters that what was compared had to fit. */
export function withFilters(reason: string, filters: Choices): string {
  const chosen = chosenPairs(filters).map(([name, value]) => filterValue(name, value));
  return chosen.length === 0 ? reason : `${reason} ${words().search.reason.within(chosen.join(', '))}`;
}
