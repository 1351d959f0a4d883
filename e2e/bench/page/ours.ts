import { createLocal, type LocalFoundation } from '@nearfield/core';
import type { PeerOptions } from './transformers-worker.ts';

/** The model that the tiny one is like. */
export const LIKE = 'all-MiniLM-L6-v2';

/** @param workerUrl another script than core's own for the wasm worker */
export function createOurs(
  { device, dtype, threads, modelsUrl, model }: PeerOptions,
  workerUrl?: string,
): LocalFoundation {
  return createLocal({
    device,
    dtype,
    threads,
    ...(workerUrl !== undefined && { workerUrl: { wasm: workerUrl } }),
    models: [
      {
        id: model,
        source: `${modelsUrl}${model}/`,
        ...(model === 'tiny' && { like: LIKE, dtypes: ['fp32'] }),
      },
    ],
  });
}
