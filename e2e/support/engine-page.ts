/** The page of engine.spec.ts and engine-memory.spec.ts: core as an application uses it. */
import { createLocal, type LocalFoundation } from '@nearfield/core';
import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';

const tiny = tinyMiniLM();

const page = {
  createLocal,
  /** The embedded model, from this page's own server. */
  embedded: { id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/', dtypes: ['q8'] as const },
  /** A small model from this page's own server that runs on onnxruntime: the encoder would round its weights. */
  served: { id: 'served', like: tiny.like, source: '/models/tiny/', dtypes: ['fp32'] as const },
  /** A model that computes in next to no time, on WebGPU in software too. */
  tiny: { id: 'tiny', like: tiny.like, source: toFiles(tiny.files) },
  /** State that a test keeps in the page between two evaluations. */
  kept: {} as {
    foundation?: LocalFoundation;
    model?: string;
    call?: Promise<Float32Array[]>;
    ticks?: number[];
    isFrozen?: boolean;
  },
  /** Workers of ours that live: each holds a lock. */
  async workers(): Promise<number> {
    const { held = [] } = await navigator.locks.query();
    return held.filter(({ name }) => name?.startsWith('nearfield-worker-')).length;
  },
};

export type EnginePage = typeof page;

Object.assign(globalThis, { engine: page });
