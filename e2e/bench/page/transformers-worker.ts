import { env, type FeatureExtractionPipeline, pipeline } from '@huggingface/transformers';
import { expose } from 'comlink';
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

export interface PeerOptions {
  device: 'wasm' | 'webgpu';
  dtype: 'q8' | 'fp16' | 'fp32';
  threads: number;
  modelsUrl: string;
  /** `tiny`: a small encoder with weights from a seed. */
  model: 'all-MiniLM-L6-v2' | 'tiny';
}

let extract: FeatureExtractionPipeline;

const api = {
  /** Loads the pipeline as its documentation shows, from the same files that ours uses. */
  async load({ device, dtype, threads, modelsUrl, model }: PeerOptions): Promise<void> {
    env.allowLocalModels = false;
    env.remoteHost = modelsUrl;
    env.remotePathTemplate = '{model}/';
    const wasm = env.backends.onnx.wasm!;
    wasm.wasmPaths = { mjs: mjsUrl, wasm: wasmUrl };
    wasm.numThreads = threads;
    extract = await pipeline('feature-extraction', model, { device, dtype });
  },

  /** Embeds in batches of one size; resolves to milliseconds and the vectors' first numbers. */
  async embed(texts: string[], batch: number): Promise<{ ms: number; vectors: Float32Array[] }> {
    const start = performance.now();
    const vectors: Float32Array[] = [];
    for (let first = 0; first < texts.length; first += batch) {
      const output = await extract(texts.slice(first, first + batch), { pooling: 'mean', normalize: true });
      const width = output.dims.at(-1)!;
      const data = output.data as Float32Array;
      for (let row = 0; row < data.length / width; row++) {
        vectors.push(data.slice(row * width, (row + 1) * width));
      }
    }
    return { ms: performance.now() - start, vectors };
  },
};

export type TransformersApi = typeof api;

expose(api);
