import {
  type CallOptions,
  type DeviceReport,
  FoundationError,
  type LoadedModel,
  type WorkReport,
} from '@nearfield/spec';
import { type EngineArguments, type EngineMethod, factsOf, subjectsOf } from '../boundary/methods.ts';
import type { Backend } from '../service/backend.ts';
import type { ResultOf } from '../service/methods.ts';
import { compareQueries, QUERY_TEXTS } from './calibrations.ts';
import type { HostOptions } from './host-options.ts';
import { NeedsWasm, WorkerHost } from './worker-host.ts';
import { WorkerReplaced } from './worker-life.ts';

/**
 * Maximum size, in bytes of its files, of a model whose queries may go to wasm. The calibration's encoder represents
 * models like all-MiniLM-L6-v2 (90 MB in fp32) and jina-embeddings-v2-small-en (130 MB). Larger models are slower on
 * wasm than it predicts, and would take their memory twice.
 */
const LIGHT = 150e6;

/**
 * The workers of `device: 'auto'`. The first runs on the faster device. If that is WebGPU, a second one on wasm runs
 * models that WebGPU cannot run, and answers short queries to small fp32 models if measurements show that it is
 * quicker. It starts when it is first needed. Both share files and classifiers through IndexedDB; without it, one
 * worker does everything.
 */
export class DeviceRouter implements Backend {
  readonly #main: WorkerHost;
  readonly #wasm: WorkerHost;
  readonly #start: HostOptions['start'];
  /** Models that WebGPU cannot run, and classifiers of such models, each with the reason. */
  readonly #lacking = new Map<string, string>();
  /** Models for which it is settled whether queries may go to wasm. */
  readonly #twins = new Map<string, Twin>();
  /** Maximum length, in characters, of a call that wasm answers sooner. */
  #queryCharacters = 0;

  constructor(options: Omit<HostOptions, 'device' | 'resumeBatches'>) {
    this.#start = options.start;
    this.#main = new WorkerHost({ ...options, device: 'auto', resumeBatches: true });
    // Batch jobs stay in the first worker: their vectors must come from the same file as those of calls.
    this.#wasm = new WorkerHost({ ...options, device: 'wasm', resumeBatches: false });
  }

  async device(): Promise<DeviceReport> {
    const report = await this.#main.device();
    const queries = queriesOf(report);
    return queries ? { ...report, queries: { device: queries.device, reason: queries.reason } } : report;
  }

  async call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const subjects = subjectsOf(method, argument);
    const [subject] = subjects;
    const { forgets, isCounted } = factsOf(method);
    if (forgets) await this.#forget(forgets(argument).model, options);
    if (subject === undefined) {
      const onMain = this.#onMain(method, argument, options, []);
      if (!isCounted || !this.#wasm.isRunning) return onMain;
      return sum(await Promise.all([onMain, this.#onWasm(method, argument, options)])) as ResultOf<Method>;
    }
    if (this.#needsWasm(subjects)) return this.#onWasm(method, argument, options);
    const characters = queryCharacters(method, argument, options);
    const mayBeQuery = characters !== undefined && this.#isFp32(subject) && this.#main.mayBeGpu;
    const twin = mayBeQuery && characters <= this.#queryCharacters ? this.#twins.get(subject) : undefined;
    if (twin && this.#isReady(twin)) {
      const { worker } = twin;
      try {
        return await this.#onWasm(method, argument, options, 1);
      } catch (error) {
        // The other worker holds the model too.
        if (!mayFailOnWasm(error)) throw error;
        if (isDeath(error)) twin.dead.add(worker);
        if (!isDeath(error) || twin.dead.size > 1) twin.worker = undefined;
      }
    }
    const result = await this.#onMain(method, argument, options, subjects);
    // A second worker that has ended, idle or dead, is not waited for: queries go there again when it is ready.
    if (mayBeQuery && this.#lacksTwin(subject)) void this.#makeTwin(subject);
    return result;
  }

  restrictions(): string[] {
    return this.#main.restrictions();
  }

  persist(): Promise<boolean> {
    return this.#main.persist();
  }

  async close(): Promise<void> {
    await Promise.all([this.#main.close(), this.#wasm.close()]);
  }

  /** Calls the first worker; if WebGPU lacks something, the second, or the first without WebGPU. */
  async #onMain<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
    subjects: readonly string[],
  ): Promise<ResultOf<Method>> {
    for (;;) {
      try {
        return await this.#main.call(method, argument, options);
      } catch (error) {
        // If another call found out first, the model was unloaded during this one.
        if (this.#needsWasm(subjects)) return this.#onWasm(method, argument, options);
        if (!(error instanceof NeedsWasm)) throw error;
        const { message } = error.cause;
        const [subject] = subjects;
        if (subject !== undefined && this.#start.cache === 'indexeddb') {
          for (const each of subjects) this.#lacking.set(each, message);
          // A model that fails in its first run is in memory. Unloading fails if the id is a classifier's.
          this.#main.call('unload', subject, {}).catch(() => {});
          return this.#onWasm(method, argument, options);
        }
        this.#main.giveUpOnGpu(message);
      }
    }
  }

  /** Whether any model of a call cannot run on WebGPU; then the rest of the call cannot either. */
  #needsWasm(subjects: readonly string[]): boolean {
    const why = subjects.map((subject) => this.#lacking.get(subject)).find((each) => each !== undefined);
    if (why === undefined) return false;
    for (const subject of subjects) this.#lacking.set(subject, why);
    return true;
  }

  async #onWasm<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
    attempts?: number,
  ): Promise<ResultOf<Method>> {
    const result = await this.#wasm.call(method, argument, options, attempts);
    const models = method === 'loaded' ? result : method === 'load' ? [result] : [];
    for (const model of models as LoadedModel[]) {
      const why = this.#lacking.get(model.id);
      if (why) model.reason += `; on wasm because WebGPU cannot run it: ${why}`;
    }
    return result;
  }

  /** Whether the second worker that holds a model is still the one that runs: its successor starts without models. */
  #isReady({ worker }: Twin): boolean {
    return worker !== undefined && worker === this.#wasm.current;
  }

  /** Whether a model has not been considered yet, or the second worker that held it has ended. */
  #lacksTwin(model: string): boolean {
    const twin = this.#twins.get(model);
    return !twin || (twin.worker !== undefined && !this.#isReady(twin));
  }

  /** Loads a model in the second worker too; until that is done, its queries go to the first. */
  async #makeTwin(model: string): Promise<void> {
    const twin: Twin = { worker: undefined, dead: this.#twins.get(model)?.dead ?? new Set() };
    this.#twins.set(model, twin);
    try {
      const queries = queriesOf(await this.#main.device());
      if (queries?.device !== 'wasm') return;
      const parts = (await this.#main.call('loaded', undefined, {})).filter(({ id }) => id === model);
      if (parts.length !== 1 || parts[0]!.dtype !== 'fp32' || parts[0]!.bytes > LIGHT) return;
      // If it has been unloaded meanwhile, it must not come back.
      if (this.#twins.get(model) !== twin) return;
      const { dtype } = await this.#wasm.call('load', model, {});
      this.#queryCharacters = queries.characters;
      if (dtype === 'fp32') twin.worker = this.#wasm.current;
    } catch {
      // Closed, or wasm cannot load it: its queries stay with the first worker.
    }
  }

  /** A model, or every model, is about to be unloaded or changed: the second worker must not keep the old one. */
  async #forget(model: string | undefined, options: CallOptions): Promise<void> {
    for (const known of [this.#lacking, this.#twins]) {
      if (model === undefined) known.clear();
      else known.delete(model);
    }
    if (this.#wasm.isRunning) await this.#wasm.call('unload', model, options);
  }

  #isFp32(model: string): boolean {
    const { dtype, cache } = this.#start;
    return cache === 'indexeddb' && (typeof dtype === 'string' ? dtype : dtype?.[model]) === 'fp32';
  }
}

/** A model that has been considered. */
interface Twin {
  /**
   * The second worker that holds the same file of the model as the first. Undefined while the model loads there, and
   * if it is not to load there.
   */
  worker: object | undefined;
  /** Number of second workers that died while answering its queries. After two, it stays with the first. */
  readonly dead: Set<object | undefined>;
}

/** Whether the second worker ended during a call. */
const isDeath = (error: unknown): boolean =>
  error instanceof WorkerReplaced || (FoundationError.isInstance(error) && error.code === 'WORKER_FAILED');

/** Whether a failure of the second worker can be kept from a query. */
const mayFailOnWasm = (error: unknown): boolean =>
  isDeath(error) ||
  (FoundationError.isInstance(error) &&
    (error.code === 'OUT_OF_MEMORY' || error.code === 'RUNTIME_NOT_AVAILABLE'));

/** Length, in characters, of a call that may be a query: interactive, with few texts. */
function queryCharacters<Method extends EngineMethod>(
  method: Method,
  argument: EngineArguments[Method],
  { priority }: CallOptions,
): number | undefined {
  const { queryOf } = factsOf(method);
  if (!queryOf || priority === 'bulk') return undefined;
  const input = queryOf(argument);
  const texts = [input]
    .flat()
    .map((each) => (typeof each === 'string' ? each : (each as { text?: string }).text));
  if (texts.length > QUERY_TEXTS || texts.includes(undefined)) return undefined;
  return texts.join('').length;
}

/** The device that is quicker at queries, if both were measured and WebGPU was chosen. */
function queriesOf({
  device,
  calibrations = [],
}: DeviceReport): ReturnType<typeof compareQueries> | undefined {
  const [webgpu, wasm] = calibrations;
  return device === 'webgpu' && webgpu && wasm ? compareQueries(webgpu, wasm) : undefined;
}

/** Joins the lists of both workers: models in memory, or work done. */
function sum([main, wasm]: [unknown, unknown]): LoadedModel[] | WorkReport {
  if (Array.isArray(main)) return main.concat(wasm);
  const both = { ...(main as WorkReport) };
  for (const key of Object.keys(both) as (keyof WorkReport)[]) both[key] += (wasm as WorkReport)[key];
  return both;
}
