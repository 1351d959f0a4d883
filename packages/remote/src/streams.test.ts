import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createRemote, type RemoteFoundation } from './index.ts';

const KEY = 'jina_0123456789abcdef';
const messages = [{ role: 'user', content: 'hello' }] as const;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Seen {
  body: Record<string, unknown>;
  accept: string | undefined;
  closed: Promise<void>;
}

/** A server of events, and what it was asked. */
async function serving(
  answer: (response: ServerResponse) => Promise<void> | void,
): Promise<{ remote: RemoteFoundation; seen: Seen[] }> {
  const seen: Seen[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    seen.push({ body: JSON.parse(text), accept: request.headers.accept, closed });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    await answer(response);
  });
  await new Promise<void>((resolve) => {
    server!.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { remote: createRemote({ baseUrl: url, readerUrl: url, apiKey: KEY, retries: 0 }), seen };
}

const chunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: '1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'jina-vlm',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })}\n\n`;

const written = (response: ServerResponse, bytes: Uint8Array | string): Promise<void> =>
  new Promise((resolve) => {
    response.write(bytes, () => resolve());
  });

it('a chat arrives in pieces, wherever the bytes are cut', async () => {
  const stream = new TextEncoder().encode(
    `: hello\n\n${chunk('Grüß ')}${chunk('dich 你好', 'stop')}data: [DONE]\n\n`,
  );
  const { remote, seen } = await serving(async (response) => {
    for (let at = 0; at < stream.length; at += 7) await written(response, stream.subarray(at, at + 7));
    response.end();
  });
  let text = '';
  for await (const { choices } of remote.chatStream({ model: 'jina-vlm', messages })) {
    text += choices[0]!.delta.content;
  }
  expect(text).toBe('Grüß dich 你好');
  expect(seen[0]).toMatchObject({
    accept: 'text/event-stream',
    body: { model: 'jina-vlm', messages, stream: true },
  });
});

it('a page arrives more and more complete', async () => {
  const page = (content: string) =>
    `event: data\ndata: ${JSON.stringify({ title: 't', url: 'u', content })}\n\n`;
  const { remote, seen } = await serving((response) => {
    response.end(page('a') + page('a b'));
  });
  const contents: string[] = [];
  for await (const { content } of remote.readStream({ url: 'https://a.example/' })) contents.push(content);
  expect(contents).toEqual(['a', 'a b']);
  expect(seen[0]!.body).toEqual({ url: 'https://a.example/' });
});

it('leaving the loop ends the request; so do the signal and close()', async () => {
  const { remote, seen } = await serving((response) => written(response, chunk('a')));
  for await (const _ of remote.chatStream({ model: 'jina-vlm', messages })) break;
  await seen[0]!.closed;
  const stop = new AbortController();
  const read = async (options = {}): Promise<void> => {
    for await (const _ of remote.chatStream({ model: 'jina-vlm', messages }, options)) {
      if ('signal' in options) stop.abort(new DOMException('Enough.', 'AbortError'));
      else await remote.close();
    }
  };
  await expect(read({ signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(read()).rejects.toMatchObject({ code: 'CLOSED' });
  await seen[2]!.closed;
});

it.each([
  ['an error event', `event: error\ndata: {"message":"Out of ${KEY}","code":451}\n\n`, { status: 451 }],
  ['an error in the API’s shape', `data: {"error":{"message":"${KEY}"}}\n\n`, { status: 500 }],
  ['an event that is not JSON', `data: ${KEY}\n\n`, { code: 'RESPONSE_INVALID' }],
  ['an event of another shape', 'data: {"choices":1}\n\n', { code: 'RESPONSE_INVALID' }],
])('%s', async (_, text, error) => {
  const { remote } = await serving((response) => {
    response.end(chunk('a') + text);
  });
  const pieces: unknown[] = [];
  const failure = await (async () => {
    for await (const piece of remote.chatStream({ model: 'jina-vlm', messages })) pieces.push(piece);
  })().catch((reason: unknown) => reason);
  expect(pieces).toHaveLength(1);
  expect(failure).toMatchObject(error);
  expect(String(failure)).not.toContain(KEY);
});
