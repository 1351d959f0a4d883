import { createReader } from '@nearfield/reader';
import { GuardedUrlReader } from '@nearfield/server/node';
import type { PageReader } from '@nearfield/spec';

/** A reader that loads public addresses alone, redirects and names that are looked up among them. */
export function guardedReader(reranker?: string, embedder?: string): PageReader {
  return createReader({
    reranker,
    embedder,
    async load(url, { signal, maxBytes }) {
      // Plain http is for the page that was named; where that leads to is https or on the same host.
      const { origin, protocol } = new URL(url);
      const allowed = protocol === 'http:' ? ['*', `${origin}/`] : ['*'];
      const bytes = await new GuardedUrlReader({ allowed }).read(url, {
        param: 'url',
        maxBytes,
        ...(signal && { signal }),
      });
      return { bytes, url };
    },
  });
}
