/** A text of our own with what a segmenter meets: headings, lists, code, a table, quotes and more than one script. */
export const SAMPLE_CONTENT = `# Keeping a sourdough starter

A starter is flour and water in which wild yeast and bacteria live together. Feed it once a day at room temperature, or once a week in the fridge. If it smells of vinegar, it is hungry.

## Daily routine

1. Throw away all but two spoonfuls.
2. Add 50 g of flour and 50 g of water.
3. Stir, cover loosely, and wait until it has doubled.

> A starter that floats in water is ready to bake with.

| Temperature | Doubles in |
| ----------- | ---------- |
| 20 °C       | 8 hours    |
| 26 °C       | 4 hours    |

\`\`\`js
// How much flour a loaf needs, in grams.
const flour = (loaf, hydration = 0.7) => loaf / (1 + hydration + 0.02);
\`\`\`

## 日本語

サワードウは、小麦粉と水だけで育てる天然酵母です。毎日えさをやると、数時間で二倍にふくらみます。

The share of salt is $s = 0.02 \\cdot f$ for $f$ grams of flour. Enjoy your bread! 🍞👩‍🍳
`;
