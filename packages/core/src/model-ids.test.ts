import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import {
  type TinyModel,
  tinyCode,
  tinyMiniLM,
  tinyRerankerV3,
  tinyV2English,
  tinyV3,
  tinyV5Nano,
  tinyV5Small,
} from '@nearfield/model-tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.ts';
import type { LocalFoundation } from './foundation/local-foundation.ts';
import { createNodeFoundation } from './node.ts';

const directory = temporaryDirectory('model-ids');
const minilm = 'all-MiniLM-L6-v2';

async function write(name: string, { files }: Pick<TinyModel, 'files'>): Promise<string> {
  for (const { path, bytes } of files) {
    const target = join(directory, name, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
  return join(directory, name);
}

describe('ids of models whose files are the caller’s', () => {
  let foundation: LocalFoundation;
  beforeAll(async () => {
    foundation = createNodeFoundation({
      dataDirectory: join(directory, 'data'),
      models: [
        { id: 'jina-reranker-v3', source: await write('reranker', tinyRerankerV3()) },
        { id: 'jina-code-embeddings-0.5b', like: minilm, source: await write('embedder', tinyMiniLM()) },
      ],
    });
  });
  afterAll(() => foundation.close());

  it('each id that means one reaches its files', async () => {
    const rank = async (model: string) => {
      const { results } = await foundation.rerank({ model, query: 'a', documents: ['a', 'b'] });
      return results.map(({ index, relevance_score }) => [index, relevance_score]);
    };
    const expected = await rank('jina-reranker-v3');
    for (const id of ['jina-ai/jina-reranker-v3', 'jinaai/jina-reranker-v3', 'JINA-RERANKER-V3']) {
      expect(await rank(id), id).toEqual(expected);
    }
    const { loaded } = await foundation.capabilities();
    expect(loaded?.map(({ id }) => id)).toEqual(['jina-reranker-v3']);
  });

  it('is listed once, as one that runs', async () => {
    const { data } = await foundation.models.list();
    for (const id of ['jina-reranker-v3', 'jina-code-embeddings-0.5b']) {
      const entries = data.filter(({ nearfield }) => nearfield?.id === id);
      expect(entries, id).toHaveLength(1);
      expect(entries[0]!.nearfield!.local.runs, id).toBe(true);
    }
    expect(new Set(data.map(({ id }) => id)).size).toBe(data.length);
  });
});

it('whatever the list names and runs here can be asked for by that name', async () => {
  const foundation = createNodeFoundation({
    dataDirectory: join(directory, 'listed'),
    models: [{ id: minilm, source: miniLMDirectory() }],
    threads: 1,
  });
  try {
    const vectorBy = async (model: string) =>
      (await foundation.embeddings({ model, input: 'a river in spring' })).data[0]!.embedding;
    const expected = await vectorBy(minilm);
    const { data } = await foundation.models.list();
    const [listed, ...more] = data.filter(({ nearfield }) => nearfield?.id === minilm);
    expect(more).toEqual([]);
    expect(await vectorBy(listed!.id)).toEqual(expected);
    const { loaded } = await foundation.capabilities();
    expect(loaded?.map(({ id }) => id)).toEqual([minilm]);
  } finally {
    await foundation.close();
  }
});

describe('files of another width than the model’s', () => {
  it.each([
    ['jina-code-embeddings-0.5b', tinyCode(), 896],
    ['jina-embeddings-v5-text-nano', tinyV5Nano(), 768],
    ['jina-embeddings-v5-text-small', tinyV5Small(), 1024],
    ['jina-embeddings-v3', tinyV3(), 1024],
    ['jina-embeddings-v2-base-en', tinyV2English(), 768],
  ])('under the id %s are refused, and never padded', async (id, model, width) => {
    const foundation = createNodeFoundation({
      dataDirectory: join(directory, `width-${id}`),
      models: [{ id, source: await write(`width-${id}`, model) }],
      threads: 1,
    });
    try {
      await expect(foundation.embeddings({ model: id, input: 'a' })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining(String(width)),
      });
    } finally {
      await foundation.close();
    }
  });
});
