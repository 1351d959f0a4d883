import { Tokenizer } from '@huggingface/tokenizers';
import { expose } from 'comlink';
import type { InferenceSession } from 'onnxruntime-web';
import type { PeerOptions } from './transformers-worker.ts';

let ort: typeof import('onnxruntime-web');
let session: InferenceSession;
let tokenizer: Tokenizer;

/** Plain onnxruntime-web on the same file: what a page would write that needs nothing else. */
const api = {
  async load({ device, dtype, threads, modelsUrl, model }: PeerOptions): Promise<void> {
    const base = `${modelsUrl}${model}/`;
    let files: { mjs: string; wasm: string };
    if (device === 'webgpu') {
      ort = await import('onnxruntime-web/webgpu');
      files = {
        mjs: (await import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url')).default,
        wasm: (await import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url')).default,
      };
    } else {
      ort = await import('onnxruntime-web/wasm');
      files = {
        mjs: (await import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url')).default,
        wasm: (await import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url')).default,
      };
    }
    ort.env.wasm.wasmPaths = files;
    ort.env.wasm.numThreads = threads;
    const [tokenizerJson, config] = await Promise.all(
      ['tokenizer.json', 'tokenizer_config.json'].map(async (file) => (await fetch(base + file)).json()),
    );
    tokenizer = new Tokenizer(tokenizerJson, config);
    const name = { fp32: 'model', fp16: 'model_fp16', q8: 'model_quantized' }[dtype];
    const bytes = new Uint8Array(await (await fetch(`${base}onnx/${name}.onnx`)).arrayBuffer());
    session = await ort.InferenceSession.create(bytes, { executionProviders: [device] });
  },

  /** One text: tokenise, run, mean over tokens, normalise. Resolves to milliseconds. */
  async embedOne(text: string): Promise<number> {
    const start = performance.now();
    const { ids } = tokenizer.encode(text);
    const shape = [1, ids.length];
    const input = BigInt64Array.from(ids, BigInt);
    const outputs = await session.run({
      input_ids: new ort.Tensor('int64', input, shape),
      attention_mask: new ort.Tensor(
        'int64',
        input.map(() => 1n),
        shape,
      ),
      token_type_ids: new ort.Tensor('int64', new BigInt64Array(ids.length), shape),
    });
    const hidden = outputs.last_hidden_state!;
    const data = hidden.data as Float32Array;
    const width = hidden.dims[2]!;
    const vector = new Float32Array(width);
    for (let index = 0; index < data.length; index++) vector[index % width]! += data[index]! / ids.length;
    const norm = Math.hypot(...vector);
    for (let index = 0; index < width; index++) vector[index]! /= norm;
    return performance.now() - start;
  },
};

export type RawApi = typeof api;

expose(api);
