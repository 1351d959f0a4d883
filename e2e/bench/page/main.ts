import { createLocal, type LocalFoundation } from '@nearfield/core';
import { type Remote, wrap } from 'comlink';
import { findAdapter } from '../../../demo/src/benchmark/adapter.ts';
import {
  mixedTexts,
  queryTexts,
  RANKING_QUERY,
  REAL_LENGTHS,
  rankedTexts,
  type TextLengths,
  TINY_LENGTHS,
  uniformTexts,
} from '../../../demo/src/benchmark/workloads.ts';
import { tinyBert } from '../../../packages/onnx/test/tiny-bert.ts';
import onnxWorker from './onnx-worker.ts?worker&url';
import { createOurs, LIKE } from './ours.ts';
import type { RawRerankerApi } from './raw-reranker-worker.ts';
import type { RuntimeBuild } from './raw-runtime.ts';
import type { RawApi } from './raw-worker.ts';
import { runJob } from './run-job.ts';
import type { PeerOptions, TransformersApi } from './transformers-worker.ts';

const RERANKER = 'minilm-reranker';

/** A peer in a worker of its own. */
interface Peer<Api> {
  api: Remote<Api>;
  end(): void;
}

function peer<Api>(worker: Worker): Peer<Api> {
  return { api: wrap<Api>(worker), end: () => worker.terminate() };
}

const startTransformers = (): Peer<TransformersApi> =>
  peer(new Worker(new URL('./transformers-worker.ts', import.meta.url), { type: 'module' }));
const startRawReranker = (): Peer<RawRerankerApi> =>
  peer(new Worker(new URL('./raw-reranker-worker.ts', import.meta.url), { type: 'module' }));
const startRaw = (): Peer<RawApi> =>
  peer(new Worker(new URL('./raw-worker.ts', import.meta.url), { type: 'module' }));

const lengthsFor = ({ model }: PeerOptions): TextLengths => (model === 'tiny' ? TINY_LENGTHS : REAL_LENGTHS);

async function timed<Value>(work: () => Promise<Value>): Promise<{ ms: number; value: Value }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** Half a second for what one run leaves to be done, such as collecting garbage, before the next is measured. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

async function embedOurs(ours: LocalFoundation, model: string, texts: string[]) {
  const { ms, value } = await timed(() =>
    ours.embeddings({ model, input: texts, truncate: true }, { priority: 'bulk' }),
  );
  return { ms, vectors: value.data.map(({ embedding }) => embedding), tokens: value.usage.total_tokens };
}

function cosine(left: Float32Array, right: Float32Array): number {
  let dot = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < left.length; index++) {
    dot += left[index]! * right[index]!;
    leftSquares += left[index]! ** 2;
    rightSquares += right[index]! ** 2;
  }
  return dot / Math.sqrt(leftSquares * rightSquares);
}

/** The least cosine between two lists of vectors. */
const leastCosine = (left: Float32Array[], right: Float32Array[]): number =>
  Math.min(...left.map((vector, index) => cosine(vector, right[index]!)));

/** Longest time that this page could not react, in milliseconds, sampled by messages to itself. */
function watchMainThread(): { stop(): number } {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let longest = 0;
  let running = true;
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setTimeout(() => port2.postMessage(null), 4);
  };
  port2.postMessage(null);
  return {
    stop() {
      running = false;
      return longest;
    },
  };
}

function tinyModel(): File[] {
  const file = (path: string, data: BlobPart): File => {
    const f = new File([data], path.split('/').at(-1)!);
    Object.defineProperty(f, 'webkitRelativePath', { value: `tiny/${path}` });
    return f;
  };
  const vocab = Object.fromEntries(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'warm'].map((t, i) => [t, i]));
  return [
    file('config.json', JSON.stringify({ hidden_size: 32, max_position_embeddings: 64 })),
    file(
      'tokenizer.json',
      JSON.stringify({
        version: '1.0',
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'Whitespace' },
        post_processor: {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '[CLS]', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: '[SEP]', type_id: 0 } },
          ],
          pair: [],
          special_tokens: {
            '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
            '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
          },
        },
        decoder: null,
        model: {
          type: 'WordPiece',
          unk_token: '[UNK]',
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 100,
          vocab,
        },
      }),
    ),
    file('tokenizer_config.json', JSON.stringify({ model_max_length: 64, pad_token: '[PAD]' })),
    file('onnx/model_quantized.onnx', tinyBert({ form: 'per-tensor' })),
  ];
}

/** Functions that the runner calls by name. */
const bench = {
  /** Ours and transformers.js alternately on the same texts. */
  async throughput(
    options: PeerOptions,
    kind: 'mixed' | 'uniform',
    { texts: count, rounds, batches }: { texts: number; rounds: number; batches: number[] },
  ) {
    const texts = (kind === 'mixed' ? mixedTexts : uniformTexts)(count, lengthsFor(options));
    const ours = createOurs(options);
    const transformers = startTransformers();
    await ours.load(options.model);
    await transformers.api.load(options);
    // The browser compiles hot WebAssembly anew while it runs: both get the same work before they are measured.
    const warming = texts.slice(0, 64);
    await embedOurs(ours, options.model, warming);
    await embedOurs(ours, options.model, warming);
    for (const batch of batches) await transformers.api.embed(warming, batch);

    const oursMs: number[] = [];
    const peerMs: Record<number, number[]> = Object.fromEntries(batches.map((batch) => [batch, []]));
    const { work: before } = await ours.capabilities();
    let tokens = 0;
    let agreement = 1;
    for (let round = 0; round < rounds; round++) {
      await settled();
      const mine = await embedOurs(ours, options.model, texts);
      oursMs.push(mine.ms);
      tokens = mine.tokens;
      for (const batch of batches) {
        await settled();
        const theirs = await transformers.api.embed(texts, batch);
        peerMs[batch]!.push(theirs.ms);
        agreement = Math.min(agreement, leastCosine(mine.vectors, theirs.vectors));
      }
    }
    const { work: after } = await ours.capabilities();
    const paddedTokens = (after!.paddedTokens - before!.paddedTokens) / rounds;
    await ours.close();
    transformers.end();
    return { oursMs, peerMs, tokens, paddedTokens, agreement };
  },

  /** Texts one by one, each a call: queries, or texts of one length in words. By ours and by raw onnxruntime-web. */
  async singleQuery(options: PeerOptions, rounds: number, length?: number) {
    const lengths = lengthsFor(options);
    const queries =
      length === undefined
        ? queryTexts(rounds, lengths)
        : uniformTexts(rounds, { ...lengths, uniform: length }, 5);
    const ours = createOurs(options);
    const raw = startRaw();
    await ours.load(options.model);
    await raw.api.load(options);
    for (const query of queries.slice(0, 5)) {
      await embedOurs(ours, options.model, [query]);
      await raw.api.embedOne(query);
    }
    const oursMs: number[] = [];
    const rawMs: number[] = [];
    for (const query of queries) {
      oursMs.push(
        (
          await timed(() =>
            ours.embeddings({ model: options.model, input: query }, { priority: 'interactive' }),
          )
        ).ms,
      );
      rawMs.push((await timed(() => raw.api.embedOne(query))).ms);
    }
    await ours.close();
    raw.end();
    return { oursMs, rawMs };
  },

  /**
   * From nothing in memory to the first vector; the runner decides what is cached.
   * @param by `onnxruntime` has the same engine compute with it, as before there was an encoder
   */
  async startOurs(options: PeerOptions, by: 'default' | 'onnxruntime' = 'default') {
    const { ms, value } = await timed(async () => {
      const ours = createOurs(options, by === 'onnxruntime' ? onnxWorker : undefined);
      await ours.embeddings({ model: options.model, input: 'first vector' });
      return ours;
    });
    await value.close();
    return ms;
  },

  async startTransformers(options: PeerOptions) {
    const { ms, value } = await timed(async () => {
      const transformers = startTransformers();
      await transformers.api.load(options);
      await transformers.api.embed(['first vector'], 1);
      return transformers;
    });
    value.end();
    return ms;
  },

  async mainThread(options: PeerOptions, count: number) {
    const texts = mixedTexts(count, lengthsFor(options), 9);
    const ours = createOurs(options);
    await ours.load(options.model);
    const watch = watchMainThread();
    await embedOurs(ours, options.model, texts);
    const longestTaskMs = watch.stop();
    await ours.close();
    return longestTaskMs;
  },

  async scaling(options: PeerOptions, counts: number[]) {
    const ours = createOurs(options);
    await ours.load(options.model);
    const rows: { texts: number; ms: number; tokens: number }[] = [];
    for (const count of counts) {
      const texts = mixedTexts(count, lengthsFor(options), 11);
      let ms = 0;
      let tokens = 0;
      for (let first = 0; first < count; first += 2048) {
        const part = await embedOurs(ours, options.model, texts.slice(first, first + 2048));
        ms += part.ms;
        tokens += part.tokens;
      }
      rows.push({ texts: count, ms, tokens });
    }
    await ours.close();
    return rows;
  },

  /** Cosine between a text alone and in a batch with others, for ours and transformers.js. */
  async invariance(options: PeerOptions, count: number) {
    const texts = mixedTexts(count, lengthsFor(options), 13);
    const ours = createOurs(options);
    const together = (await embedOurs(ours, options.model, texts)).vectors;
    const alone: Float32Array[] = [];
    for (const text of texts) alone.push((await embedOurs(ours, options.model, [text])).vectors[0]!);
    await ours.close();
    const transformers = startTransformers();
    await transformers.api.load(options);
    const theirTogether = (await transformers.api.embed(texts, texts.length)).vectors;
    const theirAlone = (await transformers.api.embed(texts, 1)).vectors;
    transformers.end();
    return { ours: leastCosine(together, alone), transformersJs: leastCosine(theirTogether, theirAlone) };
  },

  /** Documents of one length ranked by ours and by plain onnxruntime-web on the same file, alternately. */
  async rerank(
    options: PeerOptions,
    { documents: count, tokens, rounds }: { documents: number; tokens: number; rounds: number },
  ) {
    const documents = rankedTexts(count, tokens);
    const query = RANKING_QUERY;
    const { device, dtype, threads, modelsUrl } = options;
    const ours = createLocal({
      ...{ device, dtype, threads },
      models: [RERANKER, LIKE].map((id) => ({ id, source: `${modelsUrl}${id}/` })),
    });
    const raw = startRawReranker();
    await ours.load(RERANKER);
    await raw.api.load({ ...options, model: RERANKER });
    // The peer has no embedder beside it: a ranking with one computes every document twice, and is measured apart.
    const rank = async (fusion = false) => {
      const request = { model: RERANKER, query, documents, return_documents: false, fusion } as const;
      const { ms, value } = await timed(() => ours.rerank(request));
      return { ms, order: value.results.map(({ index }) => index) };
    };
    await rank();
    await raw.api.rank(query, documents);
    const oursMs: number[] = [];
    const rawMs: number[] = [];
    const withEmbedderMs: number[] = [];
    await rank(true);
    let sameFirstTen = count;
    for (let round = 0; round < rounds; round++) {
      await settled();
      const mine = await rank();
      oursMs.push(mine.ms);
      await settled();
      const theirs = await raw.api.rank(query, documents);
      rawMs.push(theirs.ms);
      const best = new Set(theirs.order.slice(0, 10));
      sameFirstTen = Math.min(
        sameFirstTen,
        mine.order.slice(0, 10).filter((index) => best.has(index)).length,
      );
      await settled();
      withEmbedderMs.push((await rank(true)).ms);
    }
    const { loaded } = await ours.capabilities();
    await ours.close();
    raw.end();
    const { runtime } = loaded?.find(({ id }) => id === RERANKER) ?? {};
    return { oursMs, rawMs, withEmbedderMs, sameFirstTen, runtime };
  },

  /** A build of plain onnxruntime-web: opened, queried, and given batches. */
  async runtimeBuild(
    options: PeerOptions,
    build: RuntimeBuild,
    { queries: count, batch }: { queries: number; batch: number },
  ) {
    const lengths = lengthsFor(options);
    const raw = startRaw();
    const { ms: openMs } = await timed(() => raw.api.load(options, build));
    const queries = queryTexts(count, lengths);
    const texts = uniformTexts(batch, lengths);
    for (const query of queries.slice(0, 3)) await raw.api.embedOne(query);
    await raw.api.embedBatch(texts);
    const singleMs: number[] = [];
    for (const query of queries) singleMs.push(await raw.api.embedOne(query));
    const batchMs: number[] = [];
    for (let round = 0; round < Math.min(10, count); round++) batchMs.push(await raw.api.embedBatch(texts));
    raw.end();
    return { openMs, singleMs, batchMs };
  },

  /** Vectors of texts as plain numbers. */
  async vectors(options: PeerOptions, texts: string[]): Promise<number[][]> {
    const ours = createOurs(options);
    const { vectors } = await embedOurs(ours, options.model, texts);
    await ours.close();
    return vectors.map((vector) => Array.from(vector));
  },

  /** Loads and holds, for the runner to read the process's memory. */
  held: undefined as LocalFoundation | undefined,
  async holdRuntime(options: PeerOptions) {
    bench.held = createLocal({
      ...options,
      models: [
        { id: options.model, source: `${options.modelsUrl}${options.model}/` },
        { id: 'baseline', like: LIKE, source: tinyModel(), dtypes: ['q8'] },
      ],
      dtype: { [options.model]: options.dtype },
    });
    await bench.held.embeddings({ model: 'baseline', input: 'warm' });
  },
  async holdModel(model: string) {
    return bench.held!.load(model);
  },

  async capabilities(options: PeerOptions) {
    const ours = createOurs(options);
    await ours.load(options.model);
    const { device, loaded } = await ours.capabilities();
    await ours.close();
    return { device, loaded, userAgent: navigator.userAgent, isolated: crossOriginIsolated };
  },

  /** The adapter that WebGPU computes on here; undefined where there is none. */
  adapter: findAdapter,

  async mixedTexts(options: PeerOptions, count: number) {
    return mixedTexts(count, lengthsFor(options));
  },
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });

const job = new URLSearchParams(location.search).get('job');
if (job !== null) await runJob(bench, job);
