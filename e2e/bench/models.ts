import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm/build';
import { buildMiniLMReranker, miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import { tinyMiniLM } from '@nearfield/model-tiny';
import type { PeerOptions } from './page/transformers-worker.ts';

export type BenchModel = PeerOptions['model'];

export const BENCH_MODELS: readonly BenchModel[] = ['all-MiniLM-L6-v2', 'tiny'];

/** The reranker of the embedded models. */
const RERANKER = 'minilm-reranker';

/** Models that the benchmark's server has. */
export const SERVED_MODELS = [...BENCH_MODELS, RERANKER] as const;

const tinyDirectory = fileURLToPath(new URL('../../.cache/bench-models/tiny/', import.meta.url));

/** The folder with a model's files, in the hub's layout. */
export function modelDirectory(model: (typeof SERVED_MODELS)[number]): string {
  if (model === RERANKER) return miniLMRerankerDirectory();
  return model === 'tiny' ? tinyDirectory : miniLMDirectory();
}

/** Builds the files that a run asks for; of the real model float32 too, which vectors are compared with. */
export async function buildModel(model: BenchModel): Promise<void> {
  if (model === 'tiny') return writeTinyModel();
  await buildMiniLM({ dtypes: ['q8', 'q8e4', 'fp16', 'fp32'] });
  await buildMiniLMReranker();
}

/**
 * An encoder with the inputs and outputs of the real model, but two layers that are 32 wide and weights from a seed: a
 * GPU made of software computes it in milliseconds.
 */
async function writeTinyModel(): Promise<void> {
  for (const { path, bytes } of tinyMiniLM().files) {
    const file = join(tinyDirectory, path);
    await mkdir(dirname(file), { recursive: true });
    // transformers.js chooses its class by the type.
    const content = path === 'config.json' ? withType(bytes, 'bert') : bytes;
    await writeFile(file, content);
  }
}

function withType(config: Uint8Array, type: string): string {
  return JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(config)) as object), model_type: type });
}
