/** The half that computes: in a worker of the page, or in Node. */
import { type CallProgress, FoundationError } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import type { TransformersModel } from '../models.ts';
import { breath } from './cancel.ts';
import { loadReranker, loadZeroShot, type Reranker, type ZeroShot } from './classifiers.ts';
import { type Embedder, type Input, loadEmbedder } from './embedders.ts';
import type { ModelFiles } from './files.ts';
import type { Library } from './library.ts';
import { fileProgress, type LoadOptions, libraryError } from './loading.ts';

/** Work for the engine, by plain data. */
export type Job =
  | { type: 'embed'; model: string; inputs: readonly Input[]; truncate: boolean }
  | { type: 'rerank'; model: string; query: string; documents: readonly string[] }
  /** `labels`: one list per group. */
  | { type: 'classify'; model: string; texts: readonly string[]; labels: readonly (readonly string[])[] };

/** Results: vectors; scores [documents]; scores [texts][groups][labels]. */
export type JobResult =
  | { type: 'embed'; vectors: Float32Array[]; tokens: number }
  | { type: 'rerank'; scores: number[]; tokens: number }
  | { type: 'classify'; scores: number[][][]; tokens: number };

type Loaded = { embedder: Embedder } | { reranker: Reranker } | { zeroShot: ZeroShot };

export interface EngineOptions {
  library: Library;
  models: readonly TransformersModel[];
  files: ModelFiles;
  device: LoadOptions['device'];
}

/** Inputs of one run of a model. */
const BATCH = 16;

export class Engine {
  readonly #options: EngineOptions;
  readonly #loaded = new Map<string, Promise<Loaded>>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Ids of the models that are in memory, or on their way there. */
  get loaded(): string[] {
    return [...this.#loaded.keys()];
  }

  /**
   * Does a job. The signal counts between batches, as the library's own calls cannot be cut short.
   * @throws FoundationError, or the signal's reason
   */
  async run(job: Job, signal: AbortSignal, report: (event: CallProgress) => void): Promise<JobResult> {
    signal.throwIfAborted();
    const loaded = await this.#load(job.model, report);
    signal.throwIfAborted();
    try {
      if (job.type === 'embed' && 'embedder' in loaded) {
        return await embed(loaded.embedder, job, signal, report);
      }
      if (job.type === 'rerank' && 'reranker' in loaded) {
        return await rerank(loaded.reranker, job, signal, report);
      }
      if (job.type === 'classify' && 'zeroShot' in loaded) {
        return await classify(loaded.zeroShot, job, signal, report);
      }
    } catch (error) {
      throw signal.aborted ? error : libraryError(this.#model(job.model), 'run', error);
    }
    throw new Error(`Job ${job.type} does not fit model ${job.model}.`);
  }

  /** Frees the models' memory. */
  async close(): Promise<void> {
    const loads = [...this.#loaded.values()];
    this.#loaded.clear();
    for (const loading of loads) {
      const loaded = await loading.catch(() => undefined);
      if (loaded) await Object.values(loaded)[0]?.dispose();
    }
  }

  #model(id: string): TransformersModel {
    return this.#options.models.find((each) => each.id === id)!;
  }

  #load(id: string, report: (event: CallProgress) => void): Promise<Loaded> {
    const known = this.#loaded.get(id);
    if (known) return known;
    const { library, files, device } = this.#options;
    const model = this.#model(id);
    const options: LoadOptions = {
      dtype: model.dtype ?? 'q8',
      device,
      progress_callback: fileProgress(id, report),
    };
    const key = files.keyOf(model);
    const loading = (async (): Promise<Loaded> => {
      if (model.kind === 'reranker') return { reranker: await loadReranker(library, key, model, options) };
      if (model.kind === 'zero-shot') return { zeroShot: await loadZeroShot(library, key, model, options) };
      return { embedder: await loadEmbedder(library, key, model, options) };
    })().then(
      (loaded) => {
        report({ type: 'model-state', model: id, state: 'ready', device });
        return loaded;
      },
      (error: unknown) => {
        // The next call tries again.
        this.#loaded.delete(id);
        throw libraryError(model, 'load', error);
      },
    );
    this.#loaded.set(id, loading);
    return loading;
  }
}

/** Works through items in batches, shortest first, so that little of a batch is padding. */
async function inBatches<Item>(
  items: readonly { item: Item; tokens: number; index: number }[],
  signal: AbortSignal,
  report: (event: CallProgress) => void,
  run: (batch: readonly Item[], indices: readonly number[]) => Promise<void>,
): Promise<void> {
  const sorted = [...items].sort((a, b) => a.tokens - b.tokens);
  const total = items.reduce((sum, { tokens }) => sum + tokens, 0);
  let tokensDone = 0;
  for (let start = 0; start < sorted.length; start += BATCH) {
    await breath(signal);
    const batch = sorted.slice(start, start + BATCH);
    await run(
      batch.map(({ item }) => item),
      batch.map(({ index }) => index),
    );
    tokensDone += batch.reduce((sum, { tokens }) => sum + tokens, 0);
    report({
      type: 'work-progress',
      inputs: { done: Math.min(start + BATCH, sorted.length), total: sorted.length },
      tokens: { done: tokensDone, total },
    });
  }
  signal.throwIfAborted();
}

async function embed(
  embedder: Embedder,
  { inputs, truncate, model }: Extract<Job, { type: 'embed' }>,
  signal: AbortSignal,
  report: (event: CallProgress) => void,
): Promise<JobResult> {
  const items = inputs.map((input, index) => {
    const isText = 'text' in input;
    const takes = isText ? embedder.texts : embedder.pictures;
    if (!takes) {
      const other = isText ? 'pictures' : 'texts';
      throw invalid(`input.${index}`, `Model '${model}' reads ${other} only.`);
    }
    const tokens = isText ? embedder.tokensOf!(input.text) : 0;
    if (tokens > embedder.maxTokens && isText && !truncate) {
      throw new FoundationError({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        message: `Input ${index} has ${tokens} tokens; '${model}' reads at most ${embedder.maxTokens}. Set truncate to cut it, or segment it.`,
        param: `input.${index}`,
      });
    }
    return { item: input, tokens: Math.min(tokens, embedder.maxTokens), index };
  });
  const vectors: Float32Array[] = new Array(inputs.length);
  const put = (found: readonly Float32Array[], indices: readonly number[]): void => {
    found.forEach((vector, place) => {
      vectors[indices[place]!] = vector;
    });
  };
  const texts = items.filter(({ item }) => 'text' in item);
  const pictures = items.filter(({ item }) => 'picture' in item);
  await inBatches(texts, signal, report, async (batch, indices) =>
    put(await embedder.texts!(batch.map((input) => ('text' in input ? input.text : ''))), indices),
  );
  await inBatches(pictures, signal, report, async (batch, indices) =>
    put(await embedder.pictures!(batch.map((input) => ('picture' in input ? input.picture : ''))), indices),
  );
  return {
    type: 'embed',
    vectors,
    tokens: texts.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

async function rerank(
  reranker: Reranker,
  { query, documents }: Extract<Job, { type: 'rerank' }>,
  signal: AbortSignal,
  report: (event: CallProgress) => void,
): Promise<JobResult> {
  const items = documents.map((item, index) => ({ item, index, tokens: reranker.tokensOf(query, item) }));
  const scores = new Array<number>(documents.length);
  await inBatches(items, signal, report, async (batch, indices) => {
    const found = await reranker.scores(query, batch);
    found.forEach((score, place) => {
      scores[indices[place]!] = score;
    });
  });
  return { type: 'rerank', scores, tokens: items.reduce((sum, { tokens }) => sum + tokens, 0) };
}

async function classify(
  zeroShot: ZeroShot,
  { texts, labels }: Extract<Job, { type: 'classify' }>,
  signal: AbortSignal,
  report: (event: CallProgress) => void,
): Promise<JobResult> {
  const scores: number[][][] = [];
  let tokens = 0;
  for (const [index, text] of texts.entries()) {
    const groups: number[][] = [];
    for (const group of labels) {
      await breath(signal);
      groups.push(await zeroShot.scores(text, group));
    }
    scores.push(groups);
    tokens += zeroShot.tokensOf(text);
    report({
      type: 'work-progress',
      inputs: { done: index + 1, total: texts.length },
      tokens: { done: tokens, total: tokens },
    });
  }
  return { type: 'classify', scores, tokens };
}
