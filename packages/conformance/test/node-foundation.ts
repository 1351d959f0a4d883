import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createNodeFoundation } from '@nearfield/core/node';
import { iconClipDirectory } from '@nearfield/model-icon-clip/build';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import type { PageReader, SearchFoundation } from '@nearfield/spec';
import { type ContractModels, tinyModelsOf } from '../src/models.ts';

export interface NodeSubject {
  foundation: SearchFoundation;
  /** Deletes what it kept. */
  dispose(): Promise<void>;
}

/** The engine in this process with the suite's models, in a directory of its own. @param reader what `read` reads with */
export async function createNodeSubject(models: ContractModels, reader?: PageReader): Promise<NodeSubject> {
  const directory = await mkdtemp(join(tmpdir(), 'nearfield-contract-'));
  for (const { id, files } of tinyModelsOf(models)) {
    for (const { path, bytes } of files) {
      const target = join(directory, id, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
  }
  const foundation = createNodeFoundation({
    models: [
      { id: models.minilm, source: miniLMDirectory() },
      { id: models.reranker, source: miniLMRerankerDirectory() },
      { id: models.icons, source: iconClipDirectory() },
      ...tinyModelsOf(models).map(({ id, like }) => ({ id, like, source: join(directory, id) })),
    ],
    dataDirectory: join(directory, 'data'),
    threads: 1,
    reader,
  });
  return { foundation, dispose: () => rm(directory, { recursive: true, force: true }) };
}
