import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TinyModel, tinyMiniLM, tinyRerankerV3 } from '@nearfield/model-tiny';
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
