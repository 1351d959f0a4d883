/** The server over HTTP, with the protocol's own clients of both generations; over standard input in stdio.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { buildIndex } from '@nearfield/search/build';
import { writeIndex } from '@nearfield/search/node';
import type { NodeServer } from '@nearfield/server/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, itemsOf, TOOLS } from '../../test/tool-answers.ts';
import { serveMcp } from './http.ts';
import { readTool } from './read-tool.ts';
import { searchTool } from './search-tool.ts';
import { textTools } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-mcp-'));
const index = join(folder, 'handbook');

const documents = [
  { id: 'bread', title: 'Bread', url: '/bread', text: 'Loaves stay soft in a linen bag.' },
  { id: 'jobs', title: 'Jobs', url: '/jobs', text: 'A job that failed is run again after a delay.' },
];

async function build(more: readonly (typeof documents)[number][] = []): Promise<void> {
  const sources = [...documents, ...more].map(({ text, ...rest }) => ({
    ...rest,
    breadcrumbs: [],
    filters: {},
    sections: [{ headings: [], anchor: '', text }],
  }));
  await writeIndex(index, await buildIndex({ documents: sources }));
}

beforeAll(() => build());
afterAll(() => rmSync(folder, { recursive: true }));

describe('over HTTP', () => {
  const foundation = new HashedFoundation();
  let server: NodeServer;
  const models = { foundation, embedder: 'all-MiniLM-L6-v2', reranker: 'minilm-reranker' };
  const tools = [...textTools(models), readTool(models), searchTool(new Map([['handbook', index]]), models)];
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await serveMcp(tools, { version: '1', port: 0 });
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
    await server.close();
  });

  async function connect(
    address = `${server.url}/mcp`,
    headers: Record<string, string> = {},
  ): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } });
    await client.connect(transport as Transport);
    open.push(client);
    return client;
  }

  it('serves clients of both generations of the protocol', async () => {
    const before = await connect();
    expect((await before.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS);
    const modern = new ModernClient({ name: 'test', version: '1' });
    await modern.connect(new ModernHttp(new URL(`${server.url}/v1`)));
    open.push(modern);
    expect((await modern.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS);
    const result = await modern.callTool({ name: 'segment', arguments: { content: 'one two three' } });
    expect(itemsOf(result)[0]).toEqual({ num_tokens: 3, tokenizer: 'cl100k_base', num_chunks: 1 });
  });

  it('every tool answers', async () => {
    const client = await connect(`${server.url}/mcp?max_tokens=0`);
    const call = async (name: string, args: Record<string, unknown>) =>
      itemsOf(await client.callTool({ name, arguments: args }));
    const [vector] = await call('embed', { texts: ['fresh bread'] });
    expect(vector).toMatchObject({ index: 0 });
    expect(vector!.embedding).toHaveLength(384);
    expect(await call('classify_text', { texts: ['good thing'], labels: ['good', 'bad'] })).toMatchObject([
      { index: 0, prediction: 'good' },
    ]);
    const many = Array.from({ length: 600 }, (_, at) => (at === 599 ? 'bad' : 'good'));
    const labels = await call('classify_text', { texts: many, labels: ['good', 'bad'] });
    expect(labels[599]).toMatchObject({ index: 599, prediction: 'bad' });
    const strings = ['red apple pie', 'apple pie red', 'stock market news'];
    expect(await call('deduplicate_strings', { strings })).toEqual([
      { index: 0, text: 'red apple pie' },
      { index: 2, text: 'stock market news' },
    ]);
    expect(await call('deduplicate_strings', { strings, k: 1 })).toHaveLength(1);
    const chunks = await call('segment', { content: 'one two three', max_chunk_length: 8 });
    expect(chunks.slice(1)).toMatchObject([{ text: 'one two ' }, { text: 'three' }]);
  });

  it('finds what an index has now', async () => {
    const client = await connect();
    const titles = async (query: string) =>
      itemsOf(await client.callTool({ name: 'search_index', arguments: { query } })).map(
        ({ title }) => title,
      );
    expect(await titles('failed job')).toEqual(['Jobs']);
    expect(await titles('zebra')).toEqual([]);
    await build([{ id: 'zoo', title: 'Zoo', url: '/zoo', text: 'The zebra is striped.' }]);
    expect(await titles('zebra')).toEqual(['Zoo']);
  });

  it.each([
    ['sort_by_relevance', { query: 'x' }, /documents/],
    ['sort_by_relevance', { query: 'x', documents: [] }, /documents|length/i],
    ['classify_text', { texts: ['x'], labels: ['one'] }, /labels|length/i],
    ['deduplicate_strings', { strings: ['x'], k: 2 }, /'k': It is 2; take 1 to 1/],
    ['search_index', { query: 'x', index: 'elsewhere' }, /handbook|index/i],
    ['embed', { texts: ['x'], task: 'dreaming' }, /task/],
  ])('%s refuses %j', async (name, args, message) => {
    const client = await connect();
    const { isError, texts } = answerOf(await client.callTool({ name, arguments: args }));
    expect(isError).toBe(true);
    expect(texts.join()).toMatch(message);
  });

  it('refuses tools that it does not have', async () => {
    const client = await connect();
    const failed = client.callTool({ name: 'read_mind', arguments: {} }).then(answerOf);
    await expect(
      failed.then(
        ({ isError }) => isError === true,
        () => true,
      ),
    ).resolves.toBe(true);
  });

  it('shows the tools that an address asks for', async () => {
    const names = async (query: string) =>
      (await (await connect(`${server.url}/mcp?${query}`)).listTools()).tools.map(({ name }) => name);
    expect(await names('include_tags=rerank')).toEqual(TOOLS.slice(1, 4));
    expect(await names('include_tags=rerank&exclude_tools=classify_text')).toEqual([TOOLS[1], TOOLS[3]]);
    expect(await names('exclude_tags=rerank,search,read')).toEqual(['embed', 'segment']);
    expect(await names('include_tools=segment,nothing')).toEqual(['segment']);
  });

  it('cuts answers that are too long, and says so', async () => {
    const documents = Array.from({ length: 20 }, (_, at) => `document ${at} ${'word '.repeat(20)}`);
    const call = async (query: string) => {
      const client = await connect(`${server.url}/mcp${query}`);
      const args = { query: 'document', documents };
      return answerOf(await client.callTool({ name: 'sort_by_relevance', arguments: args })).texts;
    };
    expect(await call('')).toHaveLength(20);
    expect(await call('?max_tokens=0')).toHaveLength(20);
    const cut = await call('?max_tokens=300');
    expect(cut.length).toBeLessThan(8);
    expect(cut.at(-1)).toMatch(/^\d+ of 20 results are left out: .* 300 tokens/);
    expect(cut.join('').length).toBeLessThan(300 * 3 + 200);
  });

  /** A request as no fetch would send it. */
  const post = (url: string, headers: Record<string, string>) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
      });
      sent.on('error', reject).on('response', (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, body }));
      });
      sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
    });

  it('refuses other names of this machine and pages of other sites', async () => {
    const url = `${server.url}/mcp`;
    const rebound = await post(url, { Host: 'rebound.example' });
    expect(rebound.status).toBe(403);
    expect(JSON.parse(rebound.body)).toMatchObject({ code: 'AUTHZ_HOST_NOT_ALLOWED' });
    const page = await post(url, { Origin: 'https://evil.example' });
    expect(JSON.parse(page.body)).toMatchObject({ code: 'AUTHZ_ORIGIN_NOT_ALLOWED' });
    const own = { Accept: 'application/json, text/event-stream', Origin: server.url };
    expect((await post(url, own)).status).toBe(200);
    expect((await post(`${server.url}/elsewhere`, {})).status).toBe(404);
  });

  it('requires the key that it has', async () => {
    const guarded = await serveMcp(tools, {
      version: '1',
      port: 0,
      apiKeys: ['secret'],
      cors: ['https://a.example'],
    });
    try {
      expect((await post(`${guarded.url}/mcp`, {})).status).toBe(401);
      await expect(connect(`${guarded.url}/mcp`, { Authorization: 'Bearer wrong' })).rejects.toThrow();
      const client = await connect(`${guarded.url}/mcp`, { Authorization: 'Bearer secret' });
      expect((await client.listTools()).tools).toHaveLength(TOOLS.length);
      await client.close();
      const preflight = await fetch(`${guarded.url}/mcp`, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://a.example',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,mcp-protocol-version',
        },
      });
      expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('https://a.example');
      expect(preflight.headers.get('Access-Control-Allow-Headers')).toMatch(/MCP-Protocol-Version/i);
    } finally {
      await guarded.close();
    }
  });
});
