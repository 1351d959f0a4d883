import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm/build';
import { tinyMiniLM } from '@nearfield/model-tiny';
import type { PeerOptions } from './page/transformers-worker.ts';

export type BenchModel = PeerOptions['model'];

export const BENCH_MODELS: readonly BenchModel[] = ['all-MiniLM-L6-v2', 'tiny'];

const tinyDirectory = fileURLToPath(new URL('../../.cache/bench-models/tiny/', import.meta.url));

/** The folder with a model's files, in the hub's layout. */
export const modelDirectory = (model: BenchModel): string =>
  model === 'tiny' ? tinyDirectory : miniLMDirectory();

/** Builds the files that a run asks for. */
export async function buildModel(model: BenchModel, dtype: PeerOptions['dtype']): Promise<void> {
  if (model === 'tiny') await writeTinyModel();
  else await buildMiniLM({ dtypes: dtype === 'fp32' ? ['q8', 'fp16', 'fp32'] : ['q8', 'fp16'] });
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
