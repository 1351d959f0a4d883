/** A page's document: of the browser's parser where it exists, without one in Node and in workers. */
export async function parseHtml(html: string): Promise<Document> {
  if (typeof DOMParser !== 'undefined') return new DOMParser().parseFromString(html, 'text/html');
  const { parseWithoutBrowser } = await import('./linkedom.ts');
  return parseWithoutBrowser(html);
}
