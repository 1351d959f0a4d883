import { words } from '../words/language.ts';

/** What is missing in labels; undefined where nothing is. One label is every text's, whatever it says. */
export function labelGap(labels: readonly string[]): string | undefined {
  if (labels.length === 0) return words().classify.twoLabels;
  if (labels.length === 1) return words().classify.secondLabel(labels[0]!);
  return undefined;
}
