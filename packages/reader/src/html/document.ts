/** A page's document: of the browser's parser where it exists, of linkedom in Node and in workers. */
export async function parseHtml(html: string): Promise<Document> {
  if (typeof DOMParser !== 'undefined') return new DOMParser().parseFromString(html, 'text/html');
  const { parseHTML } = await import('linkedom');
  return parseHTML(html).document as unknown as Document;
}
