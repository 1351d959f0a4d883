/** The lines of a text that say something, without the space around them. */
export const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The paragraphs of a text: what empty lines part. */
export const paragraphsOf = (text: string): string[] =>
  text
    .split(/\r?\n[ \t]*\r?\n/u)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

/** The labels of a text, parted by lines, commas or semicolons, each once. */
export const labelsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\r\n,;]+/u)
      .map((label) => label.trim())
      .filter((label) => label !== ''),
  ),
];
