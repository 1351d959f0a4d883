/** onnxruntime-web and a model, opened as its documentation shows. */
import { Tokenizer } from '@huggingface/tokenizers';
import type { InferenceSession } from 'onnxruntime-web';
import type { PeerOptions } from './transformers-worker.ts';

export type Ort = typeof import('onnxruntime-web');

/** Builds with WebGPU: they wait for the GPU in other ways. */
export type RuntimeBuild = 'asyncify' | 'jspi';

/** The build of the runtime that a device needs. @param build of those with WebGPU. @default 'asyncify' */
export async function openRuntime(
  { device, threads }: Pick<PeerOptions, 'device' | 'threads'>,
  build: RuntimeBuild = 'asyncify',
): Promise<Ort> {
  let ort: Ort;
  let files: { mjs: string; wasm: string };
  if (device === 'webgpu' && build === 'jspi') {
    ort = await import('onnxruntime-web/jspi');
    files = {
      mjs: (await import('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url')).default,
      wasm: (await import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url')).default,
    };
  } else if (device === 'webgpu') {
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
  return ort;
}

/** A model's tokenizer and session. */
export async function openModel(
  ort: Ort,
  { base, dtype, device }: { base: string } & Pick<PeerOptions, 'dtype' | 'device'>,
): Promise<{ tokenizer: Tokenizer; session: InferenceSession }> {
  const [tokenizerJson, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map(async (file) => (await fetch(base + file)).json()),
  );
  const name = { fp32: 'model', fp16: 'model_fp16', q8: 'model_quantized' }[dtype];
  const bytes = new Uint8Array(await (await fetch(`${base}onnx/${name}.onnx`)).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [device] });
  return { tokenizer: new Tokenizer(tokenizerJson, config), session };
}
