import type { ModelCheck } from '@nearfield/spec';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';

/** What came of comparing a model with its published values: `passed: 2 published values, lowest cosine 0.99980`. */
export function checkText(check: ModelCheck | undefined): string {
  const t = words().models;
  if (!check) return t.noCheck;
  const { result, goldens, cosine, logitError } = check;
  if (goldens === 0) return t.checks[result];
  const figures = [t.checkedValues(goldens)];
  if (cosine !== undefined) figures.push(t.lowestCosine(decimalText(cosine, 5)));
  else if (logitError !== undefined) figures.push(t.largestDifference(decimalText(logitError, 4)));
  return `${t.checks[result]}: ${figures.join(', ')}`;
}
