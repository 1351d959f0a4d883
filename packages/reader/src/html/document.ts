import { inSlices, pause } from '../slices.ts';
import { inertSource } from './inert-source.ts';

/** A page's document: of the browser's parser where it exists, without one in Node and in workers. */
export async function parseHtml(html: string, signal?: AbortSignal): Promise<Document> {
  if (typeof DOMParser !== 'undefined') {
    const source = await inSlices(inertSource(html), signal);
    // The parser takes the page in one go: nothing else belongs to its task.
    await pause();
    const document = new DOMParser().parseFromString(source, 'text/html');
    await pause();
    signal?.throwIfAborted();
    return document;
  }
  const { parseWithoutBrowser } = await import('./linkedom.ts');
  return parseWithoutBrowser(html);
}
