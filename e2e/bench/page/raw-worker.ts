import type { Tokenizer } from '@huggingface/tokenizers';
import { expose } from 'comlink';
import type { InferenceSession } from 'onnxruntime-web';
import { openModel, openRuntime, type RuntimeBuild } from './raw-runtime.ts';
import type { PeerOptions } from './transformers-worker.ts';

let ort: typeof import('onnxruntime-web');
let session: InferenceSession;
let tokenizer: Tokenizer;

/** Plain onnxruntime-web on the same file: what a page would write that needs nothing else. */
const api = {
  async load({ device, dtype, threads, modelsUrl, model }: PeerOptions, build?: RuntimeBuild): Promise<void> {
    const base = `${modelsUrl}${model}/`;
    ort = await openRuntime({ device, threads }, build);
    ({ tokenizer, session } = await openModel(ort, { base, dtype, device }));
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

  /** Texts of one length as one batch, their tokens' vectors read. Resolves to milliseconds. */
  async embedBatch(texts: readonly string[]): Promise<number> {
    const start = performance.now();
    const all = texts.map((text) => tokenizer.encode(text).ids);
    const shape = [all.length, Math.max(...all.map(({ length }) => length))] as const;
    const feed = (value: (ids: number[], at: number) => number) => {
      const numbers = all.flatMap((ids) =>
        Array.from({ length: shape[1] }, (_, at) => BigInt(value(ids, at))),
      );
      return new ort.Tensor('int64', BigInt64Array.from(numbers), [...shape]);
    };
    const outputs = await session.run({
      input_ids: feed((ids, at) => ids[at] ?? 0),
      attention_mask: feed((ids, at) => Number(at < ids.length)),
      token_type_ids: feed(() => 0),
    });
    await outputs.last_hidden_state!.getData();
    return performance.now() - start;
  },
};

export type RawApi = typeof api;

expose(api);
