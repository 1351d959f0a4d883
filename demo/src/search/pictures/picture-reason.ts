import type { Explanation } from '@nearfield/search';
import { words } from '../../words/language.ts';

/** Why a picture was found, in a sentence: by what it shows, or also by words of its name. */
export function pictureReason({ keywords, meaning, words: found }: Explanation): string {
  const texts = words().search.reason;
  if (keywords + meaning <= 0) return texts.pictureHardly;
  const matched = [...new Set(found.map(({ word }) => word))];
  return matched.length === 0 ? texts.pictureAlone : texts.picture(matched.join(', '));
}
