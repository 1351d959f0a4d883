/** The server as clients of agents start it: a process, without a key, with the embedded models. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { buildIndex, documentsOfJsonl } from '@nearfield/search/build';
import { writeIndex } from '@nearfield/search/node';
import { embed } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, itemsOf, TOOLS } from '../../test/tool-answers.ts';
import { EMBEDDER, embeddedModels } from '../embedded.ts';
import { createEngine } from '../engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-stdio-'));
const index = join(folder, 'handbook');
afterAll(() => rmSync(folder, { recursive: true }));

describe('over standard input and output', () => {
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
  let client: Client;

  beforeAll(async () => {
    const documents = documentsOfJsonl(
      '{"id":"bread","title":"Bread","url":"/bread","text":"Loaves stay soft in a linen bag."}',
    );
    await writeIndex(index, await buildIndex({ documents }));
    client = new Client({ name: 'test', version: '1' });
    const args = ['--conditions=@nearfield/source', '--import', 'tsx', cli, 'mcp', index];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [...args, '--data-dir', join(folder, 'data')],
    });
    await client.connect(transport as Transport);
  });
  afterAll(() => client.close());

  it('lists its tools with their arguments, and says what it is for', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS);
    const sort = tools.find(({ name }) => name === 'sort_by_relevance')!;
    expect(sort.inputSchema).toMatchObject({
      type: 'object',
      properties: {
        query: { type: 'string' },
        documents: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 1024 },
        top_n: { type: 'integer', minimum: 1 },
      },
      required: ['query', 'documents'],
    });
    expect(client.getServerVersion()).toMatchObject({ name: 'nearfield' });
    expect(client.getInstructions()).toContain('search_index');
  });

  it('answers with the embedded models, without a key', async () => {
    const sorted = await client.callTool({
      name: 'sort_by_relevance',
      arguments: {
        query: 'I cannot log in any more',
        documents: ['The cat sat on the mat.', 'How to reset a forgotten password.'],
        top_n: 1,
      },
    });
    expect(itemsOf(sorted)).toMatchObject([
      {
        index: 1,
        relevance_score: expect.any(Number),
        document: { text: 'How to reset a forgotten password.' },
      },
    ]);
    const found = await client.callTool({ name: 'search_index', arguments: { query: 'linen bag' } });
    expect(itemsOf(found)[0]).toMatchObject({ title: 'Bread', url: '/bread' });
  });

  it('computes what the engine computes', async () => {
    const engine = await createEngine({ models: embeddedModels(), dataDirectory: join(folder, 'data') });
    try {
      const expected = await embed(engine, EMBEDDER, 'fresh bread');
      const answer = await client.callTool({ name: 'embed', arguments: { texts: ['fresh bread'] } });
      expect(Float32Array.from(itemsOf(answer)[0]!.embedding as number[])).toEqual(expected);
    } finally {
      await engine.close();
    }
  });

  it('answers a call that cannot succeed with what to do', async () => {
    const unknown = await client.callTool({ name: 'embed', arguments: { texts: ['x'], model: 'nobody' } });
    expect(answerOf(unknown)).toMatchObject({ isError: true, texts: [expect.stringContaining('nobody')] });
  });
});
