import { type CallOptions, type DeviceReport, FoundationError } from '@nearfield/spec';
import { type Calibration, randomId, serializeError, shortened } from '@nearfield/spec/implement';
import { type Remote, releaseProxy, transfer, wrap } from 'comlink';
import { closedError } from '../async/closed.ts';
import { carryErrorsWhole } from '../boundary/comlink-errors.ts';
import { drawFor } from '../boundary/drawing.ts';
import { type EngineArguments, type EngineMethod, subjectsOf } from '../boundary/methods.ts';
import { faultOf, type Refusal, WORKER_SCRIPT, watchRefusals } from '../boundary/missing-file.ts';
import type {
  CallMessage,
  ControlMessage,
  Flavour,
  LocalHubOptions,
  WireOptions,
  WorkerApi,
  WorkerStart,
} from '../boundary/protocol.ts';
import { needsOtherDevice } from '../models/device-fallback.ts';
import type { Backend } from '../service/backend.ts';
import type { ResultOf } from '../service/methods.ts';
import {
  calibrationKey,
  compareCalibrations,
  recallCalibration,
  rememberCalibration,
} from './calibrations.ts';
import { chooseFlavour, type DeviceChoice } from './device-choice.ts';
import { afterAwake, watchHeartbeat } from './heartbeat.ts';
import { pageRestrictions } from './restrictions.ts';
import { connectSharedWorker, type Spawned, scriptUrl, spawnWorker } from './spawn.ts';

export interface HostOptions {
  device: 'auto' | 'webgpu' | 'wasm';
  workerUrl: { wasm?: string | URL | undefined; webgpu?: string | URL | undefined } | undefined;
  wasmPaths: { [Name in Flavour]?: { mjs: string; wasm: string } | undefined } | undefined;
  /** Whether tabs of this origin use one worker. */
  shared: boolean;
  /** Milliseconds without a call after which the worker ends; it starts again with the next call. */
  keepAlive: number | undefined;
  /** Milliseconds of silence after which a WebGPU worker with calls counts as dead. */
  unresponsiveAfter: number;
  /** Whether a worker goes on with batch jobs that were left behind, without being asked. */
  resumeBatches: boolean;
  /** What every worker is started with. */
  start: { hub: LocalHubOptions } & Omit<
    WorkerStart,
    | 'hub'
    | 'engineKey'
    | 'calibration'
    | 'calibrations'
    | 'reason'
    | 'threadsFailed'
    | 'wasmPaths'
    | 'resumeBatches'
  >;
}

/** A worker that runs, or is about to. */
interface LiveWorker {
  readonly flavour: Flavour;
  /** Held here as long as the worker lives: Comlink drops calls of a proxy that was collected. */
  readonly api: Remote<WorkerApi>;
  readonly report: Promise<DeviceReport>;
  /** Rejects when the worker dies. */
  readonly death: Promise<never>;
  /** What to remember its calibration by, if there is none yet. */
  untuned: string | undefined;
  /** Whether it has loaded a model: until then its runtime may not even be downloaded. */
  hasModel: boolean;
  /** Until it is stopped, a worker that does not answer counts as dead. */
  watchHeartbeat(): () => void;
  /** Ends this page's use of it. Its other calls go to the next worker, unless they are told of a failure. */
  end(failure?: Error): void;
  /** Ends it for every page that shares it: its runtime is of no more use. */
  endForAll(): void;
}

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

/** Milliseconds without a call after which a device is measured that never was. */
const QUIET = 3000;

carryErrorsWhole();

/**
 * The page's half of the worker boundary: starts the worker, notices when it dies or loses its device,
 * starts another and sends it what was pending, once; then falls back from WebGPU to wasm where the caller
 * left the device open.
 * Calls also reject with {@link NeedsWasm} there.
 */
export class WorkerHost implements Backend {
  readonly #options: HostOptions;
  #live: LiveWorker | undefined;
  #starting: Promise<LiveWorker> | undefined;
  #closed = false;
  /** Why WebGPU is not tried again. */
  #givenUpOnGpu: string | undefined;
  /** Whether that is for want of its files, which may be had another time. */
  #gpuFilesMissing = false;
  /** Why threads are not tried again. */
  #threadsFailed: string | undefined;
  readonly #closing = new AbortController();
  /** A shared worker that is ending: one that is started before would be the same. */
  #ending: Promise<void> | undefined;
  /** What WebGPU and wasm were measured to do, where both could be taken. */
  #measured: Calibration[] | undefined;
  #running = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #quietTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
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
        const result = (await this.#send(live, method, argument, options)) as ResultOf<Method>;
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
        live = await this.#raceSignals(this.#worker(), signal);
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
    return (await navigator.storage?.persist?.()) ?? false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    this.#closing.abort(closedError());
    const starting = this.#starting;
    this.#end(this.#live);
    (await starting?.catch(() => undefined))?.end();
  }

  #callStarted(): void {
    this.#running++;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
  }

  #callEnded(): void {
    if (--this.#running > 0 || this.#closed) return;
    this.#tuneWhenQuiet();
    const { keepAlive } = this.#options;
    if (keepAlive === undefined) return;
    clearTimeout(this.#idleTimer);
    // That is the only way in which wasm gives its memory back.
    this.#idleTimer = setTimeout(() => {
      if (this.#running === 0) this.#end(this.#live);
    }, keepAlive);
  }

  /**
   * Measures a device that no choice had to be made for, once and when nothing is to be done: from its worker's next
   * start on, batches have the size that is best for it.
   */
  #tuneWhenQuiet(): void {
    const live = this.#live;
    const key = live?.untuned;
    clearTimeout(this.#quietTimer);
    if (!live?.hasModel || key === undefined) return;
    this.#quietTimer = setTimeout(async () => {
      // A hidden page is throttled, and would be taken for slow.
      const isHidden = globalThis.document?.visibilityState === 'hidden';
      if (this.#live !== live || this.#running > 0 || isHidden) return;
      live.untuned = undefined;
      if (recallCalibration(key)) return;
      try {
        rememberCalibration(key, (await this.#send(live, 'calibrate', undefined, {})) as Calibration);
      } catch {
        // The worker ended. It is measured another time.
      }
    }, QUIET);
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
    if (onThreads) this.#threadsFailed ??= error.message;
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
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<LiveWorker> {
    const choice: DeviceChoice = this.#givenUpOnGpu
      ? { flavour: 'wasm', reason: this.#givenUpOnGpu }
      : await chooseFlavour(this.#options.device);
    if (choice.open) Object.assign(choice, await this.#measuredChoice(choice));
    const live = await this.#startWorker(choice);
    this.#live = live;
    // One that dies while nobody waits for it must not cost the next call an attempt.
    live.death.catch(() => {
      if (this.#live === live) this.#end(live);
    });
    return live;
  }

  /** Which of WebGPU and wasm is faster here: as remembered, or measured now in a worker of each. */
  async #measuredChoice(choice: DeviceChoice): Promise<Pick<DeviceChoice, 'flavour' | 'reason'>> {
    try {
      const webgpu = await this.#calibrationOf(choice);
      const wasm = await this.#calibrationOf({ flavour: 'wasm', reason: 'to compare' });
      this.#measured = [webgpu, wasm];
      return compareCalibrations(webgpu, wasm);
    } catch (error) {
      if (this.#closed) throw closedError();
      if (isThreadsFault(error) && this.#threadsFailed === undefined) {
        this.#threadsFailed = error.message;
        return this.#measuredChoice(choice);
      }
      const why = error instanceof Error ? error.message : String(error);
      return { flavour: 'wasm', reason: `WebGPU could not be measured (${why})` };
    }
  }

  async #calibrationOf(choice: DeviceChoice): Promise<Calibration> {
    const key = this.#calibrationKey(choice);
    const known = recallCalibration(key);
    if (known) return known;
    const live = await this.#startWorker(choice);
    try {
      const measured = (await this.#send(live, 'calibrate', undefined, {})) as Calibration;
      rememberCalibration(key, measured);
      return measured;
    } finally {
      live.end();
    }
  }

  #calibrationKey({ flavour, adapter }: DeviceChoice): string {
    const threads = this.#threadsFailed === undefined ? this.#options.start.threads : 1;
    return calibrationKey(`${flavour} ${adapter ?? ''}`, threads);
  }

  async #startWorker(choice: DeviceChoice): Promise<LiveWorker> {
    const { flavour, reason, isSoftware } = choice;
    const key = this.#calibrationKey(choice);
    const calibration = recallCalibration(key);
    const { token: givenToken } = this.#options.start.hub;
    const token = typeof givenToken === 'function' ? await givenToken() : givenToken;
    await this.#ending;
    if (this.#closed) throw closedError();
    const script = (): string => scriptUrl(flavour, this.#options.workerUrl?.[flavour]);
    const { refusals, stop: stopWatching } = watchRefusals();
    const whyNot = (said?: string, cause?: unknown): Promise<FoundationError> =>
      scriptFault(script(), refusals, said, cause);
    let spawned: Spawned;
    try {
      spawned = await this.#spawn(flavour);
    } catch (cause) {
      throw await whyNot(cause instanceof Error ? cause.message : undefined, cause).finally(stopWatching);
    }
    const api = wrap<WorkerApi>(spawned.endpoint);
    const watch = watchLife(spawned.events, whyNot);
    const held = watch.lockName ? api.hold(watch.lockName, spawned.pageLock) : api.ping();
    const alive = (): void => {
      spawned.connected?.();
      stopWatching();
      watch.alive();
    };
    void held.then(alive, () => {});
    const { hub, ...start } = this.#options.start;
    const drawing = new MessageChannel();
    drawFor(drawing.port1);
    const workerStart: WorkerStart = {
      ...start,
      hub: { ...hub, token },
      engineKey: JSON.stringify([start, hub], describeFile),
      reason,
      resumeBatches: this.#options.resumeBatches,
      calibration,
      calibrations: this.#measured ?? (calibration ? [calibration] : []),
      threadsFailed: this.#threadsFailed,
      wasmPaths: this.#options.wasmPaths?.[flavour],
    };
    const report = api.start(workerStart, transfer(drawing.port2, [drawing.port2])) as Promise<DeviceReport>;
    report.catch(() => {});
    const live: LiveWorker = {
      flavour,
      api,
      report,
      death: watch.death,
      untuned: calibration || isSoftware ? undefined : key,
      hasModel: false,
      watchHeartbeat: () => {
        // A wasm worker computes in its own thread: it is silent while a batch runs, and that is fine.
        const limit = flavour === 'wasm' ? WASM_SILENCE : this.#options.unresponsiveAfter;
        if (flavour === 'wasm' && watch.lockName) return () => {};
        return watchHeartbeat(() => api.ping(), limit, watch.silent);
      },
      endForAll: () => {
        if (!spawned.pageLock) return;
        this.#ending = goneOrHanging(watch.lockName);
        void api.end();
      },
      end: (failure = new WorkerReplaced()) => {
        stopWatching();
        watch.stop(failure);
        drawing.port1.close();
        api[releaseProxy]();
        spawned.end();
      },
    };
    return live;
  }

  async #spawn(flavour: Flavour): Promise<Spawned> {
    const { workerUrl, shared } = this.#options;
    const url = workerUrl?.[flavour];
    return shared ? connectSharedWorker(flavour, url) : spawnWorker(flavour, url);
  }

  async #send(
    live: LiveWorker,
    method: EngineMethod,
    argument: unknown,
    { signal, onProgress, priority }: CallOptions,
  ): Promise<unknown> {
    await this.#raceSignals(Promise.race([live.report, live.death]), signal);
    const { port1: port, port2 } = new MessageChannel();
    const onAbort = (): void =>
      port.postMessage({ type: 'abort', reason: serializeError(signal?.reason) } satisfies ControlMessage);
    signal?.addEventListener('abort', onAbort, { once: true });
    let finished = false;
    const ended = new Promise<void>((resolve) => {
      port.onmessage = ({ data }: MessageEvent<CallMessage>) => {
        if (data.type === 'call-end') resolve();
        else if (!finished) onProgress?.(data);
      };
    });
    const stopHeartbeat = live.watchHeartbeat();
    try {
      const wireOptions: WireOptions = { priority, progress: onProgress !== undefined };
      const answer = live.api.call(method, argument, wireOptions, transfer(port2, [port2]));
      // The last progress is told before the call returns.
      const result = onProgress ? Promise.all([answer, ended]).then(([value]) => value) : answer;
      return await this.#raceSignals(Promise.race([result, live.death]), signal);
    } catch (error) {
      throw uncloneable(error) ?? error;
    } finally {
      finished = true;
      stopHeartbeat();
      signal?.removeEventListener('abort', onAbort);
      port.close();
    }
  }

  /** Rejects at once when the call is aborted or the foundation closed, whatever the worker is doing. */
  async #raceSignals<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    const listeners = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      for (const each of [signal, this.#closing.signal]) {
        if (each?.aborted) reject(each.reason);
        each?.addEventListener('abort', () => reject(each.reason), { signal: listeners.signal });
      }
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      listeners.abort();
    }
  }
}

/** What cannot cross to a worker (functions, symbols, closed pictures) is the request's fault. */
function uncloneable(error: unknown): FoundationError | undefined {
  if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return undefined;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The request holds something that cannot be sent to the worker: ${shortened(error.message, 300)} Leave out what is not plain data.`,
    param: 'body',
    cause: error,
  });
}

/** Picked files by what tells them apart; JSON knows nothing of them. */
function describeFile(_key: string, value: unknown): unknown {
  return value instanceof File ? [value.name, value.size, value.lastModified] : value;
}

/** What `cause` says of a model on WebGPU may not hold on wasm. Thrown where the device was left open. */
export class NeedsWasm extends Error {
  constructor(override readonly cause: FoundationError) {
    super(cause.message);
  }
}

/** Tells calls that their worker was ended through no fault of theirs. Callers of the foundation never see it. */
export class WorkerReplaced extends Error {}

/** The same, because its runtime could not start: of no concern to calls that only read or write what is stored. */
class RuntimeFailed extends WorkerReplaced {
  constructor(override readonly cause: FoundationError) {
    super(cause.message);
  }
}

/** Whether a runtime could not start its threads: one thread does without what failed. */
const isThreadsFault = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'RUNTIME_NOT_AVAILABLE' && error.param === 'threads';

/**
 * Why a worker's script could not be loaded.
 * @param said what the browser says, where it says anything.
 */
async function scriptFault(
  url: string,
  refusals: readonly Refusal[],
  said: string | undefined,
  cause?: unknown,
): Promise<FoundationError> {
  const why = said
    ? `does not start (${shortened(said, 300)}): it may be damaged or cut off`
    : 'or a file that it imports could not be loaded';
  const fault = (await faultOf(url, WORKER_SCRIPT, refusals)) ?? { why, passing: true };
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `The worker cannot start: its script ${url} ${fault.why}. Where it lies elsewhere, set workerUrl.`,
    retryable: fault.passing,
    cause,
  });
}

/**
 * Milliseconds of silence after which a wasm worker counts as dead where no lock tells (plain http): far more than a
 * batch takes, or opening a large model.
 */
const WASM_SILENCE = 180_000;

/** Milliseconds for a worker's script to arrive and answer. */
const START_DEADLINE = 60_000;

/** Milliseconds for a shared worker to end that was told to. */
const END_DEADLINE = 5000;

/** Resolves when a worker has let go of its lock. One that hangs never does: it is not waited for any longer. */
function goneOrHanging(lock: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = afterAwake(END_DEADLINE, resolve);
    if (!lock) return;
    void navigator.locks.request(lock, () => {
      stop();
      resolve();
    });
  });
}

let workerCount = 0;

/**
 * Notices the death of a worker. A worker that is terminated or crashes fires no event, but the browser
 * releases its locks: the page waits for one that the worker holds.
 */
function watchLife(
  events: EventTarget,
  whyNotLoaded: (said: string | undefined) => Promise<FoundationError>,
): {
  lockName: string | undefined;
  death: Promise<never>;
  alive: () => void;
  silent: () => void;
  stop: (failure: Error) => void;
} {
  const stopped = new AbortController();
  let die: (error: Error) => void;
  const death = new Promise<never>((_, reject) => {
    die = reject;
  });
  death.catch(() => {});
  const failed = (message: string): void =>
    die(new FoundationError({ code: 'WORKER_FAILED', message, retryable: true }));
  let isAlive = false;
  events.addEventListener('error', (event) => {
    const { message } = event as ErrorEvent;
    if (isAlive) failed(`The worker failed: ${message || 'it does not say why'}.`);
    else void whyNotLoaded(message).then(die);
  });
  events.addEventListener('messageerror', () => failed('A message of the worker could not be read.'));
  const locks = globalThis.navigator?.locks;
  const stopWaiting = afterAwake(START_DEADLINE, () => failed('The worker did not start within a minute.'));
  const lockName = locks ? `nearfield-worker-${randomId()}-${workerCount++}` : undefined;
  return {
    lockName,
    death,
    alive: () => {
      isAlive = true;
      stopWaiting();
      if (!locks || !lockName || stopped.signal.aborted) return;
      locks.request(lockName, { signal: stopped.signal }, () => failed('The worker ended.')).catch(() => {});
    },
    silent: () => failed('The worker does not answer any more: it or its GPU is gone.'),
    stop: (failure) => {
      stopWaiting();
      stopped.abort();
      die(failure);
    },
  };
}
