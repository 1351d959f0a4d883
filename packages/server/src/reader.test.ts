import { HashedFoundation } from '@nearfield/hashed-foundation';
import type { ReadRequest, SearchFoundation } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { createHandler, type HandlerOptions } from './index.ts';

const encoder = new TextEncoder();

/** Says what it was asked to read. */
const reader = (asked: ReadRequest[]): Pick<SearchFoundation, 'read'> => ({
  read: async (request) => {
    asked.push(request);
    const url = request.url ?? '';
    return { code: 200, status: 20_000, data: { title: 'A title', url, content: '# Text' } };
  },
});

function serve(options: HandlerOptions, pages: Record<string, Uint8Array> = {}) {
  const read: string[] = [];
  const handler = createHandler(new HashedFoundation(), {
    urls: {
      check: () => {},
      notify: async () => {},
      read: async (url) => {
        read.push(url);
        return new Uint8Array(pages[url] ?? encoder.encode('<p>page</p>'));
      },
    },
    ...options,
  });
  const ask = (
    path: string,
    { accept = 'application/json', body }: { accept?: string; body?: object } = {},
  ) =>
    handler(
      new Request(`http://localhost:8080${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
          Accept: accept,
          'Content-Type': 'application/json',
          'X-Retain-Images': 'none',
          'X-Timeout': '9',
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  return { ask, read };
}

describe('with a reader', () => {
  it('reads the address behind /r/ under the server’s rules, and the reader reads data', async () => {
    const asked: ReadRequest[] = [];
    const { ask, read } = serve({ reader: reader(asked) });
    const answer = await ask('/r/https://example.com/a?b=1');
    expect(await answer.json()).toEqual({
      code: 200,
      status: 20_000,
      data: { title: 'A title', url: 'https://example.com/a?b=1', content: '# Text' },
    });
    expect(read).toEqual(['https://example.com/a?b=1']);
    expect(asked).toEqual([
      { url: 'https://example.com/a?b=1', html: '<p>page</p>', retainImages: 'none', timeout: 9 },
    ]);
    const text = await ask('/r/example.com', { accept: '*/*' });
    expect(await text.text()).toBe(
      'Title: A title\n\nURL Source: https://example.com\n\nMarkdown Content:\n# Text\n',
    );
    expect((await (await ask('/v1/capabilities')).json()) as object).toMatchObject({
      methods: { read: true },
    });
  });

  it('tells PDFs and encodings from their bytes, and passes on what is data already', async () => {
    const asked: ReadRequest[] = [];
    const german = Uint8Array.from([...encoder.encode('<meta charset="windows-1252">'), 0xfc]);
    const { ask, read } = serve(
      { reader: reader(asked) },
      { 'https://a.example/': encoder.encode('%PDF-1.7'), 'https://b.example/': german },
    );
    await ask('/r', { body: { url: 'https://a.example/' } });
    await ask('/r', { body: { url: 'https://b.example/' } });
    await ask('/r', { body: { html: '<h1>x</h1>', retainImages: 'all' } });
    expect(read).toHaveLength(2);
    expect(asked).toMatchObject([
      { pdf: btoa('%PDF-1.7') },
      { url: 'https://b.example/', html: '<meta charset="windows-1252">ü' },
      { html: '<h1>x</h1>', retainImages: 'all' },
    ]);
    expect(asked[0]).not.toHaveProperty('url');
  });
});

describe('without', () => {
  it.each([
    ['/r/https://example.com', undefined],
    ['/s/?q=When%20was%20Jina%20AI%20founded%3F', undefined],
    ['/s/When%20was%20Jina%20AI%20founded', undefined],
    ['/s', { q: 'When was Jina AI founded?' }],
    ['/g', { query: 'Jina AI was founded in 2020 in Berlin.', reference_urls: ['https://example.com'] }],
  ])('%s says that it is not served, in the documents’ shape', async (path, body) => {
    const { ask, read } = serve({});
    const answer = await ask(path, body && { body });
    expect(answer.status).toBe(400);
    expect(read).toEqual([]);
    expect(answer.headers.get('X-Should-Retry')).toBe('false');
    expect(await answer.json()).toEqual({
      detail: expect.any(String),
      code: 'NOT_SUPPORTED',
      request_id: expect.any(String),
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: expect.any(String),
        code: 'NOT_SUPPORTED',
      },
    });
  });
});
