import type { Tokenizer } from '@huggingface/tokenizers';
import { expose } from 'comlink';
import type { InferenceSession } from 'onnxruntime-web';
import { type Ort, openModel, openRuntime } from './raw-runtime.ts';
import type { PeerOptions } from './transformers-worker.ts';

/** Pairs of a batch: on a CPU more are no faster. */
const BATCH = 8;

let ort: Ort;
let session: InferenceSession;
let tokenizer: Tokenizer;

/** A cross-encoder on plain onnxruntime-web, as a page would write it. */
const api = {
  async load({ device, dtype, threads, modelsUrl, model }: Omit<PeerOptions, 'model'> & { model: string }) {
    ort = await openRuntime({ device, threads });
    ({ tokenizer, session } = await openModel(ort, { base: `${modelsUrl}${model}/`, dtype, device }));
  },

  /** Places of the documents, best first, and the milliseconds that this took. */
  async rank(query: string, documents: readonly string[]): Promise<{ ms: number; order: number[] }> {
    const start = performance.now();
    const head = tokenizer.encode(query).ids;
    const pairs = documents.map((document) => [...head, ...tokenizer.encode(document).ids.slice(1)]);
    const scores: number[] = [];
    for (let first = 0; first < pairs.length; first += BATCH) {
      const batch = pairs.slice(first, first + BATCH);
      const longest = Math.max(...batch.map((ids) => ids.length));
      const feed = (value: (ids: number[], at: number) => number) =>
        new ort.Tensor(
          'int64',
          BigInt64Array.from(
            batch.flatMap((ids) => Array.from({ length: longest }, (_, at) => BigInt(value(ids, at)))),
          ),
          [batch.length, longest],
        );
      const { logits } = await session.run({
        input_ids: feed((ids, at) => ids[at] ?? 0),
        attention_mask: feed((ids, at) => Number(at < ids.length)),
        token_type_ids: feed((ids, at) => Number(at >= head.length && at < ids.length)),
      });
      scores.push(...(logits!.data as Float32Array));
    }
    const order = scores.map((_, index) => index).sort((left, right) => scores[right]! - scores[left]!);
    return { ms: performance.now() - start, order };
  },
};

export type RawRerankerApi = typeof api;

expose(api);
