/** What is missing in labels; undefined where nothing is. One label is every text's, whatever it says. */
export function labelGap(labels: readonly string[]): string | undefined {
  if (labels.length === 0) return 'Add at least two labels to choose between.';
  if (labels.length === 1)
    return `Add a second label: with “${labels[0]}” alone, everything is 100 % ${labels[0]}.`;
  return undefined;
}
