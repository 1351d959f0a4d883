import {
  type CallOptions,
  type DeviceReport,
  FoundationError,
  type LoadedModel,
  type WorkReport,
} from '@nearfield/spec';
import type { Backend } from '../service/backend.ts';
import type { ArgumentOf, EngineMethod, ResultOf } from '../service/methods.ts';
import { compareQueries, QUERY_TEXTS } from './calibrations.ts';
import { type HostOptions, NeedsWasm, WorkerHost } from './worker-host.ts';

/**
 * Bytes of a model's files up to which its queries may go to wasm: the calibration's encoder speaks for models like
 * all-MiniLM-L6-v2 (90 MB in fp32) and jina-embeddings-v2-small-en (130 MB). Larger ones cost wasm more than it says,
 * and memory for a second time.
 */
const LIGHT = 150e6;

/**
 * The workers of `device: 'auto'`. One runs on the device that is faster here. Where that is WebGPU, a second one runs
 * on wasm what WebGPU cannot run, and answers short queries of small fp32 models where it is measured to be quicker
 * at them. It starts when it is first needed. Both share files and classifiers through IndexedDB: without it, one
 * worker does everything.
 */
export class DeviceRouter implements Backend {
  readonly #main: WorkerHost;
  readonly #wasm: WorkerHost;
  readonly #start: HostOptions['start'];
  /** Models that WebGPU cannot run, and classifiers of such models: why. */
  readonly #lacking = new Map<string, string>();
  /** Models that were looked at: whether both workers have the same file of it, so that queries may go to wasm. */
  readonly #twins = new Map<string, boolean>();
  /** Characters of a call that wasm answers sooner. */
  #queryCharacters = 0;

  constructor(options: Omit<HostOptions, 'device' | 'resumeBatches'>) {
    this.#start = options.start;
    this.#main = new WorkerHost({ ...options, device: 'auto', resumeBatches: true });
    // Jobs are the first worker's: their lines must not come from another file than the calls' vectors.
    this.#wasm = new WorkerHost({ ...options, device: 'wasm', resumeBatches: false });
  }

  async device(): Promise<DeviceReport> {
    const report = await this.#main.device();
    const queries = queriesOf(report);
    return queries ? { ...report, queries: { device: queries.device, reason: queries.reason } } : report;
  }

  async call<Method extends EngineMethod>(
    method: Method,
    argument: ArgumentOf<Method>,
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const subjects = subjectsOf(method, argument);
    const [subject] = subjects;
    if (CHANGES_MODEL.has(method)) await this.#forget(subject, options);
    if (subject === undefined || CHANGES_MODEL.has(method)) {
      const onMain = this.#onMain(method, argument, options, []);
      if (!(method === 'loaded' || method === 'work') || !this.#wasm.isRunning) return onMain;
      return sum(await Promise.all([onMain, this.#onWasm(method, argument, options)])) as ResultOf<Method>;
    }
    if (this.#needsWasm(subjects)) return this.#onWasm(method, argument, options);
    const characters = queryCharacters(method, argument, options);
    const mayBeQuery = characters !== undefined && this.#isFp32(subject) && this.#main.mayBeGpu;
    const isTwin = this.#twins.get(subject);
    if (mayBeQuery && isTwin && this.#wasm.isRunning && characters <= this.#queryCharacters) {
      try {
        return await this.#onWasm(method, argument, options);
      } catch (error) {
        // The other worker has the model too.
        if (!FoundationError.isInstance(error) || !WASM_FAILED.has(error.code)) throw error;
        this.#twins.set(subject, false);
      }
    }
    const result = await this.#onMain(method, argument, options, subjects);
    // A second worker that has ended, idle or dead, is not waited for: queries go there again when it is ready.
    if (mayBeQuery && (isTwin ?? true) && !(isTwin && this.#wasm.isRunning)) void this.#makeTwin(subject);
    return result;
  }

  persist(): Promise<boolean> {
    return this.#main.persist();
  }

  async close(): Promise<void> {
    await Promise.all([this.#main.close(), this.#wasm.close()]);
  }

  /** In the first worker; where WebGPU lacks something, in the second, or without WebGPU if that cannot be. */
  async #onMain<Method extends EngineMethod>(
    method: Method,
    argument: ArgumentOf<Method>,
    options: CallOptions,
    subjects: readonly string[],
  ): Promise<ResultOf<Method>> {
    for (;;) {
      try {
        return await this.#main.call(method, argument, options);
      } catch (error) {
        // Where another call was first to find out, the model was unloaded under this one.
        if (this.#needsWasm(subjects)) return this.#onWasm(method, argument, options);
        if (!(error instanceof NeedsWasm)) throw error;
        const { message } = error.cause;
        const [subject] = subjects;
        if (subject !== undefined && this.#start.cache === 'indexeddb') {
          for (const each of subjects) this.#lacking.set(each, message);
          // What fails in its first run is in memory. A classifier's id is no model's: that fails.
          this.#main.call('unload', subject, {}).catch(() => {});
          return this.#onWasm(method, argument, options);
        }
        this.#main.giveUpOnGpu(message);
      }
    }
  }

  /** Whether something of a call cannot be on WebGPU; then the rest of it cannot either. */
  #needsWasm(subjects: readonly string[]): boolean {
    const why = subjects.map((subject) => this.#lacking.get(subject)).find((each) => each !== undefined);
    if (why === undefined) return false;
    for (const subject of subjects) this.#lacking.set(subject, why);
    return true;
  }

  async #onWasm<Method extends EngineMethod>(
    method: Method,
    argument: ArgumentOf<Method>,
    options: CallOptions,
  ): Promise<ResultOf<Method>> {
    const result = await this.#wasm.call(method, argument, options);
    const models = method === 'loaded' ? result : method === 'load' ? [result] : [];
    for (const model of models as LoadedModel[]) {
      const why = this.#lacking.get(model.id);
      if (why) model.reason += `; on wasm because WebGPU cannot run it: ${why}`;
    }
    return result;
  }

  /** Loads a model in the second worker too, while its queries still go to the first. */
  async #makeTwin(model: string): Promise<void> {
    this.#twins.set(model, false);
    try {
      const queries = queriesOf(await this.#main.device());
      if (queries?.device !== 'wasm') return;
      const parts = (await this.#main.call('loaded', undefined, {})).filter(({ id }) => id === model);
      if (parts.length !== 1 || parts[0]!.dtype !== 'fp32' || parts[0]!.bytes > LIGHT) return;
      const { dtype } = await this.#wasm.call('load', model, {});
      this.#queryCharacters = queries.characters;
      if (this.#twins.has(model)) this.#twins.set(model, dtype === 'fp32');
    } catch {
      // Closed, or wasm cannot have it: its queries stay where they are.
    }
  }

  /** A model, or every one, is about to be unloaded or changed: the second worker must not go on with the old. */
  async #forget(model: string | undefined, options: CallOptions): Promise<void> {
    for (const known of [this.#lacking, this.#twins]) {
      if (model === undefined) known.clear();
      else known.delete(model);
    }
    if (model !== undefined && this.#wasm.isRunning) await this.#wasm.call('unload', model, options);
  }

  #isFp32(model: string): boolean {
    const { dtype, cache } = this.#start;
    return cache === 'indexeddb' && (typeof dtype === 'string' ? dtype : dtype?.[model]) === 'fp32';
  }
}

/** After these a model may be another, or need its memory back. */
const CHANGES_MODEL: ReadonlySet<EngineMethod> = new Set(['unload', 'storage.delete', 'storage.import']);

/** Failures of the second worker that a query need not suffer from. */
const WASM_FAILED: ReadonlySet<string> = new Set(['WORKER_FAILED', 'OUT_OF_MEMORY']);

/** What of an argument tells the model that computes. */
interface Subject {
  request?: { model: string; input: unknown };
  create?: { model: string };
  model?: string;
  classifierId?: string;
}

/** The model that a call needs, then the classifier that knows it. Nothing where the first worker answers. */
function subjectsOf(method: EngineMethod, argument: unknown): string[] {
  if (typeof argument === 'string') return method === 'load' || CHANGES_MODEL.has(method) ? [argument] : [];
  if (method.startsWith('batches.')) return [];
  const { request, create, model, classifierId } = (argument ?? {}) as Subject;
  return [request?.model ?? create?.model ?? model, classifierId].filter((each) => each !== undefined);
}

/** Characters of a call that may be a query: interactive, and of few texts. */
function queryCharacters(
  method: EngineMethod,
  argument: unknown,
  { priority }: CallOptions,
): number | undefined {
  if ((method !== 'embeddings' && method !== 'multi-vector') || priority === 'bulk') return undefined;
  const { input } = (argument as Required<Subject>).request;
  const texts = [input]
    .flat()
    .map((each) => (typeof each === 'string' ? each : (each as { text?: string }).text));
  if (texts.length > QUERY_TEXTS || texts.includes(undefined)) return undefined;
  return texts.join('').length;
}

/** Where queries are quicker, if WebGPU was taken after both devices were measured. */
function queriesOf({
  device,
  calibrations = [],
}: DeviceReport): ReturnType<typeof compareQueries> | undefined {
  const [webgpu, wasm] = calibrations;
  return device === 'webgpu' && webgpu && wasm ? compareQueries(webgpu, wasm) : undefined;
}

/** What both workers have in memory, or have computed. */
function sum([main, wasm]: [unknown, unknown]): LoadedModel[] | WorkReport {
  if (Array.isArray(main)) return main.concat(wasm);
  const both = { ...(main as WorkReport) };
  for (const key of Object.keys(both) as (keyof WorkReport)[]) both[key] += (wasm as WorkReport)[key];
  return both;
}
