import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createReader } from '@nearfield/reader';
import type { ReadResponse } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { createHandler } from '../handler.ts';
import { headerOptions } from './read-request.ts';

const HTML = `<!doctype html><html><head><title>Bread</title></head><body><main><h1>Bread</h1><p>Bread stays fresh for
days if it is kept dry and cool, in a cloth and not in a bag. See <a href="/flour">flour</a>.</p></main></body></html>`;

function send(body: object, headers: Record<string, string> = {}, isReading = true): Promise<Response> {
  const handler = createHandler(new HashedFoundation(), isReading ? { reader: createReader() } : {});
  return Promise.resolve(
    handler(
      new Request('http://localhost/', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    ),
  );
}

const page = { html: HTML, url: 'https://food.example/bread', targetSelector: 'main' };

it('answers in the form of r.jina.ai, with options in headers', async () => {
  const response = await send(page, {
    Accept: 'application/json',
    'X-With-Links-Summary': 'true',
    'X-Retain-Links': 'text',
    'X-Md-Heading-Style': 'setext',
  });
  const { code, status, data } = (await response.json()) as ReadResponse;
  expect({ code, status }).toEqual({ code: 200, status: 20_000 });
  expect(data).toMatchObject({
    title: 'Bread',
    url: 'https://food.example/bread',
    links: { flour: 'https://food.example/flour' },
  });
  expect(data.content).toMatch(/^Bread\n=+\n\nBread stays fresh[\s\S]*See flour\.$/);
  expect(data.usage!.tokens).toBeGreaterThan(10);
});

it('answers in text where JSON is not asked for', async () => {
  const response = await send(page);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await response.text()).toMatch(
    /^Title: Bread\n\nURL Source: https:\/\/food\.example\/bread\n\nMarkdown Content:\n# Bread\n/,
  );
});

it('reports bad requests as errors', async () => {
  const response = await send({ ...page, targetSelector: ':::' }, { Accept: 'application/json' });
  expect(response.status).toBe(422);
  expect(JSON.stringify(await response.json())).toContain('targetSelector');
});

it('leaves the path to the segmenter where no page is named', async () => {
  expect(await (await send({ content: 'One two.' })).json()).toMatchObject({
    num_tokens: expect.any(Number),
  });
});

it('says so where nothing reads', async () => {
  const response = await send(page, {}, false);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'NOT_SUPPORTED' });
});

it('takes the names and values of headers', () => {
  const headers = {
    'X-Target-Selector': 'main',
    'X-Max-Tokens': '600',
    'X-No-Cache': 'false',
    'X-With-Images-Summary': 'all',
    'X-Respond-With': 'text',
    DNT: '1',
    'X-Request-Id': 'no option',
    'X-Forwarded-For': '10.0.0.1',
    'X-Html': 'no header',
    'X-Md-Link-Style': 'referenced',
  };
  expect(headerOptions(headers)).toEqual({
    targetSelector: 'main',
    maxTokens: 600,
    noCache: false,
    withImagesSummary: 'all',
    returnFormat: 'text',
    doNotTrack: true,
    markdown: { linkStyle: 'referenced' },
  });
});
