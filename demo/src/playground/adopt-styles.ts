/**
 * Gives the document the styles of a page, which come with its code: the first load does without them, and they are there
 * when the page is, also without a network.
 * @param css from an import with `?inline`
 */
export function adoptStyles(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}
