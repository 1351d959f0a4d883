import { type CallOptions, type DeviceReport, FoundationError } from '@nearfield/spec';
import { closedError } from '../async/closed.ts';
import { carryErrorsWhole } from '../boundary/comlink-errors.ts';
import { type EngineArguments, type EngineMethod, subjectsOf } from '../boundary/methods.ts';
import { needsOtherDevice } from '../models/device-fallback.ts';
import type { Backend } from '../service/backend.ts';
import type { ResultOf } from '../service/methods.ts';
import { recallCalibration } from './calibrations.ts';
import { raceSignals, sendCall } from './call.ts';
import { chooseFlavour, type DeviceChoice } from './device-choice.ts';
import { DeviceTuning, isThreadsFault } from './device-tuning.ts';
import type { HostOptions } from './host-options.ts';
import { type LiveWorker, startWorker } from './live-worker.ts';
import { whyNoWorkers } from './no-workers.ts';
import { pageRestrictions } from './restrictions.ts';
import { RuntimeFailed, WorkerReplaced } from './worker-life.ts';

/** A call may be sent to this many workers before its failure is final. */
const ATTEMPTS = 2;

/** After these a worker is of no more use to anybody. */
const NEEDS_OTHER_WORKER: ReadonlySet<string> = new Set([
  'DEVICE_LOST',
  'DEVICE_NOT_AVAILABLE',
  'WORKER_FAILED',
  'OUT_OF_MEMORY',
  'RUNTIME_NOT_AVAILABLE',
]);

carryErrorsWhole();

/**
 * The page's half of the worker boundary: starts the worker, notices when it dies or loses its device,
 * starts another and sends it what was pending, once; then falls back from WebGPU to wasm where the caller
 * left the device open. There, calls also reject with {@link NeedsWasm}.
 */
export class WorkerHost implements Backend {
  readonly #options: HostOptions;
  readonly #tuning: DeviceTuning;
  #live: LiveWorker | undefined;
  #starting: Promise<LiveWorker> | undefined;
  #closed = false;
  /** Why WebGPU is not tried again. */
  #givenUpOnGpu: string | undefined;
  /** Whether that is for want of its files, which may be had another time. */
  #gpuFilesMissing = false;
  readonly #closing = new AbortController();
  /** A shared worker that is ending: one that is started before would be the same. */
  #ending: Promise<void> | undefined;
  #running = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#tuning = new DeviceTuning({
      threads: options.start.threads,
      start: (choice) => this.#startWorker(choice),
      closing: this.#closing.signal,
    });
  }

  /** Whether a worker runs or starts: a call would not be what starts it. */
  get isRunning(): boolean {
    return (this.#live ?? this.#starting) !== undefined;
  }

  /** What runs, to tell one worker from the next; undefined while none does. */
  get current(): object | undefined {
    return this.#live;
  }

  /** Whether WebGPU is still an option. */
  get mayBeGpu(): boolean {
    return !this.#givenUpOnGpu;
  }

  /** Takes wasm from now on. Calls that are on a GPU go there too. */
  giveUpOnGpu(why: string): void {
    this.#givenUpOnGpu ??= why;
    if (this.#live?.flavour === 'webgpu') this.#end(this.#live);
  }

  device(): Promise<DeviceReport> {
    return this.#withRecovery(undefined, false, ({ report, death }) => Promise.race([report, death]));
  }

  /** @param attempts workers that the call may be sent to: with one, it also rejects with {@link WorkerReplaced}. */
  async call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
    attempts = ATTEMPTS,
  ): Promise<ResultOf<Method>> {
    options.signal?.throwIfAborted();
    const subjects = subjectsOf(method, argument);
    this.#callStarted();
    try {
      const work = async (live: LiveWorker): Promise<ResultOf<Method>> => {
        const result = (await sendCall(
          live,
          method,
          argument,
          options,
          this.#closing.signal,
        )) as ResultOf<Method>;
        live.hasModel ||= subjects.length > 0;
        return result;
      };
      return await this.#withRecovery(options.signal, subjects.length > 0, work, attempts);
    } finally {
      this.#callEnded();
    }
  }

  /** Does something with a worker, and again with another where the worker or its device was at fault. */
  async #withRecovery<Value>(
    signal: AbortSignal | undefined,
    computes: boolean,
    work: (live: LiveWorker) => Promise<Value>,
    attempts = ATTEMPTS,
  ): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      let live: LiveWorker | undefined;
      const { mayBeGpu } = this;
      try {
        live = await raceSignals(this.#worker(), signal, this.#closing.signal);
        return await work(live);
      } catch (thrown) {
        // A runtime that cannot start is the failure of all calls that compute.
        const error = thrown instanceof RuntimeFailed && computes ? thrown.cause : thrown;
        if (this.#closed) throw closedError();
        if (signal?.aborted) throw error;
        const onGpu = live ? live.flavour === 'webgpu' : mayBeGpu;
        // Another call's failure ended the worker: this one has its attempt still before it.
        if (error instanceof WorkerReplaced && attempts > 1) attempt--;
        else if (!this.#recover(error, live, attempts - attempt, onGpu)) throw error;
      }
    }
  }

  restrictions(): string[] {
    return pageRestrictions();
  }

  async persist(): Promise<boolean> {
    return (await globalThis.navigator?.storage?.persist?.()) ?? false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    this.#tuning.stop();
    this.#closing.abort(closedError());
    const starting = this.#starting;
    this.#end(this.#live);
    (await starting?.catch(() => undefined))?.end();
  }

  #callStarted(): void {
    this.#running++;
    clearTimeout(this.#idleTimer);
    this.#tuning.stop();
  }

  #callEnded(): void {
    if (--this.#running > 0 || this.#closed) return;
    const live = this.#live;
    this.#tuning.whenQuiet(live, () => this.#live === live && this.#running === 0);
    const { keepAlive } = this.#options;
    if (keepAlive === undefined) return;
    clearTimeout(this.#idleTimer);
    // That is the only way in which wasm gives its memory back.
    this.#idleTimer = setTimeout(() => {
      if (this.#running === 0) this.#end(this.#live);
    }, keepAlive);
  }

  /** Whether the call should be tried on another worker, and prepares for it. */
  #recover(error: unknown, live: LiveWorker | undefined, attemptsLeft: number, onGpu: boolean): boolean {
    if (!FoundationError.isInstance(error)) return false;
    if (live && needsOtherDevice(error)) {
      // The GPU is fine, the model is not: trying it again would give the same.
      if (live.flavour === 'webgpu' && this.#options.device === 'auto') throw new NeedsWasm(error);
      return false;
    }
    if (!NEEDS_OTHER_WORKER.has(error.code)) return false;
    const noRuntime = error.code === 'RUNTIME_NOT_AVAILABLE';
    // Every call that was pending comes by here: all of them go on, on one thread.
    const onThreads = isThreadsFault(error);
    if (onThreads) this.#tuning.threadsFailed ??= error.message;
    // Whoever notices first ends the worker; the others find a new one.
    if (live && live === this.#live) {
      live.endForAll();
      // A lost device is everybody's failure; memory ran out for one call, and the others are merely moved.
      if (noRuntime) this.#end(live, new RuntimeFailed(error));
      else this.#end(live, error.code === 'OUT_OF_MEMORY' ? undefined : error);
    }
    const isLasting = noRuntime && !error.retryable && !onThreads;
    if (attemptsLeft > 0 && !isLasting) return true;
    // Every call that was pending comes by here, and all of them go on.
    if (attemptsLeft >= 0 && this.#options.device === 'auto' && onGpu) {
      this.#gpuFilesMissing ||= noRuntime && this.#givenUpOnGpu === undefined;
      this.#givenUpOnGpu ??= noRuntime
        ? `WebGPU could not be started (${error.message})`
        : `WebGPU failed twice on this device (${error.message})`;
      return true;
    }
    // Neither has its files: what is wrong is the network, and the next call may take either.
    if (noRuntime && this.#gpuFilesMissing) {
      this.#gpuFilesMissing = false;
      this.#givenUpOnGpu = undefined;
    }
    return false;
  }

  #end(live: LiveWorker | undefined, failure?: Error): void {
    if (this.#live === live) this.#live = undefined;
    live?.end(failure);
  }

  async #worker(): Promise<LiveWorker> {
    if (this.#closed) throw closedError();
    if (this.#live) return this.#live;
    const refusal = whyNoWorkers();
    if (refusal) throw refusal;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<LiveWorker> {
    const choice: DeviceChoice = this.#givenUpOnGpu
      ? { flavour: 'wasm', reason: this.#givenUpOnGpu }
      : await chooseFlavour(this.#options.device);
    if (choice.open) Object.assign(choice, await this.#tuning.choose(choice));
    const live = await this.#startWorker(choice);
    this.#live = live;
    // One that dies while nobody waits for it must not cost the next call an attempt.
    live.death.catch(() => {
      if (this.#live === live) this.#end(live);
    });
    return live;
  }

  async #startWorker(choice: DeviceChoice): Promise<LiveWorker> {
    const key = this.#tuning.keyOf(choice);
    const calibration = recallCalibration(key);
    const { token: givenToken } = this.#options.start.hub;
    const token = typeof givenToken === 'function' ? await givenToken() : givenToken;
    await this.#ending;
    if (this.#closed) throw closedError();
    return startWorker(this.#options, choice, {
      key,
      calibration,
      token,
      device: this.#tuning,
      onEnding: (gone) => {
        this.#ending = gone;
      },
    });
  }
}

/** What `cause` says of a model on WebGPU may not hold on wasm. Thrown where the device was left open. */
export class NeedsWasm extends Error {
  constructor(override readonly cause: FoundationError) {
    super(cause.message);
  }
}
