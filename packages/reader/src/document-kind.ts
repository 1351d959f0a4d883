import type { LoadedDocument } from './options.ts';

/** Whether bytes are a PDF. Its mark may stand behind a few others. */
export function isPdf(bytes: Uint8Array): boolean {
  return latin(bytes.subarray(0, 1024)).includes('%PDF-');
}

/** The text of a page's bytes, in the character set that they, the server or the page itself name; UTF-8 otherwise. */
export function decodeText({ bytes, contentType = '' }: LoadedDocument): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const named =
    /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1] ??
    /<meta[^>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(latin(bytes.subarray(0, 2048)))?.[1] ??
    'utf-8';
  try {
    return new TextDecoder(named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Whether a document is text that needs no conversion, such as Markdown or JSON. */
export const isPlainText = ({ contentType = '' }: LoadedDocument, text: string): boolean =>
  /^(text\/(plain|markdown|csv)|application\/(json|x-ndjson|yaml))/i.test(contentType) ||
  (contentType === '' && !/<\/?[a-z!][^>]*>/i.test(text.slice(0, 4096)));

const latin = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
