import { expect, test } from 'vitest';
import { NetworkCounter } from './network.ts';

/** A realm whose requests go nowhere. */
const realm = () => ({ fetch: async () => new Response('{}') }) as unknown as typeof globalThis;

test('bodies of requests are counted by host, in bytes', async () => {
  const counter = new NetworkCounter();
  const page = realm();
  counter.install(page);
  await page.fetch('https://site.example/part.js');
  expect(counter.state).toMatchObject({ sent: {}, uploads: 0 });
  // Four bytes of UTF-8.
  await page.fetch('https://api.example/v1/embeddings', { method: 'POST', body: 'Grü' });
  await page.fetch(new URL('https://api.example/v1/embeddings'), {
    method: 'POST',
    body: new Blob(['12345']),
  });
  await page.fetch('https://other.example/', { method: 'POST', body: new Uint8Array(3) });
  await page.fetch(new Request('https://other.example/', { method: 'POST', body: 'unknown' }));
  expect(counter.state.sent).toEqual({ 'api.example': 9, 'other.example': 4 });
  expect(counter.state.uploads).toBe(4);
  expect(counter.sentBytes).toBe(13);
});

test('model files are counted once, and not where they were stored already', () => {
  const counter = new NetworkCounter();
  const event = (loaded: number, fromCache = false) => ({
    ...({ type: 'model-progress', model: 'm', total: 100, loaded, fromCache } as const),
    files: [
      { path: 'a', state: 'downloading', loaded, total: 90 } as const,
      { path: 'b', state: 'from-cache', loaded: 10, total: 10 } as const,
    ],
  });
  for (const loaded of [10, 40, 40, 90]) counter.note(event(loaded));
  counter.note(event(100, true));
  expect(counter.state.models).toBe(90);
});
