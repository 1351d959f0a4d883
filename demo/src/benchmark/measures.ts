/** Measures Nearfield in this page, with the texts of `npm run bench`. */
import type { LocalFoundation } from '@nearfield/core';
import { type CallOptions, type DeviceReport, FoundationError } from '@nearfield/spec';
import { memoryInUse } from './memory.ts';
import type { Measure } from './published.ts';
import {
  mixedTexts,
  queryTexts,
  RANKING_QUERY,
  REAL_LENGTHS,
  rankedTexts,
  uniformTexts,
} from './workloads.ts';

/** How much is measured. */
export interface Plan {
  /** Texts of a round of throughput. */
  texts: number;
  rounds: number;
  queries: number;
  documents: number;
  starts: number;
  /** Starts for which the files are fetched. */
  coldStarts: number;
}

export const PLANS = {
  short: { texts: 24, rounds: 3, queries: 20, documents: 12, starts: 2, coldStarts: 1 },
  long: { texts: 64, rounds: 5, queries: 60, documents: 100, starts: 4, coldStarts: 3 },
} as const satisfies Record<string, Plan>;

export type Length = keyof typeof PLANS;

/** Tokens of a document that is ranked. */
const DOCUMENT_TOKENS = 128;
/** Texts that are computed before anything is measured: browsers compile hot WebAssembly anew while it runs. */
const WARMING_TEXTS = 8;
/** Milliseconds for what one run leaves to be done, such as collecting garbage, before the next is measured. */
const SETTLED_AFTER = 250;

/** Times of one measure. */
export interface Measured {
  measure: Measure;
  /** Texts, documents or starts of one round. */
  items: number;
  /** Tokens of one round; undefined where they are not counted. */
  tokens: number | undefined;
  /** Of each round, or of each query. */
  milliseconds: number[];
}

export interface MeasureOptions {
  /** Makes an engine that shares nothing with others but the stored files. */
  create(): LocalFoundation;
  /** Makes an engine that has no stored files, and leaves none. */
  createCold(): LocalFoundation;
  /** @default the browser's own measurement */
  memory?: typeof memoryInUse;
  embedder: string;
  reranker: string;
  plan: Plan;
  options: CallOptions;
  /** Called before each step, with the measure that it belongs to. */
  onStep(measure: Measure, done: number, total: number): void;
  /** Called with what is known so far. */
  onMeasured(measured: readonly Measured[]): void;
}

/** The figures, and what computed them. */
export interface Measurements {
  measured: Measured[];
  device: DeviceReport | undefined;
  /** Bytes of the page and its workers while the model was used; undefined where the browser did not say so in time. */
  memory: number | undefined;
}

/**
 * Measures everything, one after the other.
 * @throws FoundationError of the engine; the signal's reason when it is aborted
 */
export async function measure(setup: MeasureOptions): Promise<Measurements> {
  const { create, createCold, embedder, reranker, plan, options, onMeasured } = setup;
  const measured: Measured[] = [];
  const add = (each: Measured): void => {
    measured.push(each);
    onMeasured([...measured]);
  };
  const steps = stepsOf(setup);
  const first = create();
  try {
    steps.next('start');
    await first.load(embedder, options);
    const embed = async (input: string[]) =>
      first.embeddings({ model: embedder, input, truncate: true }, { ...options, priority: 'bulk' });
    const mixed = mixedTexts(plan.texts, REAL_LENGTHS);
    await embed(mixed.slice(0, WARMING_TEXTS));
    await embed(mixed.slice(0, WARMING_TEXTS));
    // The browser answers when it has collected garbage, some ten seconds later: nothing waits for it.
    let memory: number | undefined;
    void (setup.memory ?? memoryInUse)().then((bytes) => {
      memory = bytes;
    });

    const queries: number[] = [];
    const texts = queryTexts(plan.queries + 3, REAL_LENGTHS);
    steps.next('query');
    for (const [index, input] of texts.entries()) {
      const { ms } = await timed(() =>
        first.embeddings({ model: embedder, input }, { ...options, priority: 'interactive' }),
      );
      // The first ones are there to warm up.
      if (index >= 3) queries.push(ms);
    }
    add({ measure: 'query', items: 1, tokens: undefined, milliseconds: queries });

    for (const kind of ['mixed', 'uniform'] as const) {
      const input = kind === 'mixed' ? mixed : uniformTexts(plan.texts, REAL_LENGTHS);
      const milliseconds: number[] = [];
      let tokens = 0;
      for (let round = 0; round < plan.rounds; round++) {
        steps.next(kind);
        await settled(options.signal);
        const { ms, value } = await timed(() => embed(input));
        milliseconds.push(ms);
        tokens = value.usage.total_tokens;
      }
      add({ measure: kind, items: plan.texts, tokens, milliseconds });
    }

    const documents = rankedTexts(plan.documents, DOCUMENT_TOKENS);
    const rank = (some: string[]) =>
      first.rerank(
        { model: reranker, query: RANKING_QUERY, documents: some, return_documents: false, fusion: false },
        options,
      );
    steps.next('rerank');
    await first.load(reranker, options);
    await rank(documents.slice(0, WARMING_TEXTS));
    const ranked: number[] = [];
    for (let round = 0; round < Math.min(3, plan.rounds); round++) {
      steps.next('rerank');
      await settled(options.signal);
      ranked.push((await timed(() => rank(documents))).ms);
    }
    add({ measure: 'rerank', items: plan.documents, tokens: undefined, milliseconds: ranked });
    const { device } = await first.capabilities();
    // Starts are measured alone: an engine at rest still holds memory and threads.
    await first.close();

    const starts: number[] = [];
    for (let start = 0; start < plan.starts; start++) {
      steps.next('start');
      await settled(options.signal);
      starts.push(await startOnce(create, setup));
    }
    add({ measure: 'start', items: 1, tokens: undefined, milliseconds: starts });

    const colds: number[] = [];
    for (let start = 0; start < plan.coldStarts; start++) {
      steps.next('cold');
      await settled(options.signal);
      const ms = await startOnce(createCold, setup).catch(withoutNetwork);
      if (ms !== undefined) colds.push(ms);
    }
    if (colds.length > 0) add({ measure: 'cold', items: 1, tokens: undefined, milliseconds: colds });
    return { measured, device, memory };
  } finally {
    await first.close();
  }
}

/** Without a network there is no cold start, and everything else is measured. */
function withoutNetwork(error: unknown): undefined {
  if (!(error instanceof FoundationError && error.code === 'DOWNLOAD_FAILED')) throw error;
}

/** From nothing in memory to the first vector. */
async function startOnce(
  create: () => LocalFoundation,
  { embedder, options }: MeasureOptions,
): Promise<number> {
  const { ms, value } = await timed(async () => {
    const engine = create();
    try {
      await engine.embeddings({ model: embedder, input: 'first vector' }, options);
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  });
  await value.close();
  return ms;
}

/** Counts the steps of a run. */
function stepsOf({ plan, onStep }: MeasureOptions): { next(measure: Measure): void } {
  const total = 3 + 2 * plan.rounds + Math.min(3, plan.rounds) + plan.starts + plan.coldStarts;
  let done = 0;
  return { next: (measure) => onStep(measure, done++, total) };
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ ms: number; value: Value }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** @throws the signal's reason when it is aborted */
const settled = async (signal: AbortSignal | undefined): Promise<void> => {
  signal?.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER));
  signal?.throwIfAborted();
};
