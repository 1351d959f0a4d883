import { HashedFoundation } from '@nearfield/hashed-foundation';
import { describe, expect, it } from 'vitest';
import { createFetch } from './fetch.ts';

const body = JSON.stringify({ model: 'jina-embeddings-v3', input: 'a' });
const init: RequestInit = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };

function setUp(origins?: string[]) {
  const sent: string[] = [];
  const foundation = new HashedFoundation();
  const fetch = createFetch(foundation, {
    ...(origins && { origins }),
    fetch: async (input) => {
      sent.push(input instanceof Request ? input.url : String(input));
      return new Response('elsewhere');
    },
  });
  return { fetch, sent, foundation };
}

describe('createFetch', () => {
  it('answers what is sent to Jina, in each form that fetch takes', async () => {
    const { fetch, sent } = setUp();
    const url = 'https://api.jina.ai/v1/embeddings';
    for (const response of [
      await fetch(url, init),
      await fetch(new URL(url), init),
      await fetch(new Request(url, init)),
      await fetch('https://segment.jina.ai/', { ...init, body: '{"content":"a"}' }),
    ]) {
      expect(response.status).toBe(200);
    }
    expect(sent).toEqual([]);
  });

  it('lets everything else go its way', async () => {
    const { fetch, sent } = setUp();
    const others = ['https://api.jina.ai.evil.example/v1/embeddings', 'http://api.jina.ai/', '/relative'];
    for (const url of others) expect(await (await fetch(url)).text()).toBe('elsewhere');
    expect(sent).toEqual(others);
    const own = setUp(['http://localhost:9999/v1']);
    expect((await own.fetch('http://localhost:9999/v1/embeddings', init)).status).toBe(200);
    await own.fetch('https://api.jina.ai/v1/embeddings', init);
    expect(own.sent).toEqual(['https://api.jina.ai/v1/embeddings']);
  });

  it('rejects as fetch does when its signal is aborted', async () => {
    const { fetch, foundation } = setUp();
    const stop = new AbortController();
    foundation.embeddings = (_request, options) =>
      new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        stop.abort();
      });
    const running = fetch('https://api.jina.ai/v1/embeddings', { ...init, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await expect(
      fetch('https://api.jina.ai/v1/models', { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('errors have the API’s form', async () => {
    const answer = await setUp().fetch('https://api.jina.ai/v1/embeddings', { ...init, body: '{}' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
  });
});
