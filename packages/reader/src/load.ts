import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import type { LoadedDocument, LoadOptions } from './options.ts';

/** Loads a document with the global `fetch`. */
export async function loadByFetch(
  url: string,
  { signal, headers, maxBytes }: LoadOptions,
): Promise<LoadedDocument> {
  let response: Response;
  try {
    response = await fetch(url, { headers, ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    const hint =
      typeof window === 'undefined'
        ? 'Check the address.'
        : 'A page may only load what its own origin has and what other origins allow it by CORS; give the source as html.';
    throw failed(`${shortened(url)} could not be loaded. ${hint}`, cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw failed(`${shortened(url)} answered with status ${response.status}.`);
  }
  const bytes = await bytesOf(response, maxBytes, url);
  return { bytes, url: response.url || url, contentType: response.headers.get('content-type') ?? undefined };
}

async function bytesOf(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    size += step.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      throw failed(`${shortened(url)} has more than ${maxBytes.toLocaleString('en')} bytes.`);
    }
    parts.push(step.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const failed = (message: string, cause?: unknown): FoundationError =>
  new FoundationError({ code: 'DOWNLOAD_FAILED', message, param: 'url', cause });
