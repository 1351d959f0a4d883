import { type DeviceReport, FoundationError } from '@nearfield/spec';
import { type Calibration, shortened } from '@nearfield/spec/implement';
import { type Remote, releaseProxy, transfer, wrap } from 'comlink';
import { drawFor } from '../boundary/drawing.ts';
import {
  FOREIGN_WORKER_SCRIPT,
  faultOf,
  RECIPES,
  type Refusal,
  WORKER_SCRIPT,
  watchRefusals,
} from '../boundary/missing-file.ts';
import type { Flavour, WorkerApi, WorkerStart } from '../boundary/protocol.ts';
import type { DeviceChoice } from './device-choice.ts';
import { watchHeartbeat } from './heartbeat.ts';
import type { HostOptions } from './host-options.ts';
import { connectSharedWorker, type Spawned, spawnWorker } from './spawn.ts';
import { goneOrHanging, WorkerReplaced, watchLife } from './worker-life.ts';
import { workerScript } from './worker-script.ts';

/** A worker that runs or is starting. */
export interface LiveWorker {
  readonly flavour: Flavour;
  /** Held here as long as the worker lives: Comlink drops calls of a proxy that was collected. */
  readonly api: Remote<WorkerApi>;
  readonly report: Promise<DeviceReport>;
  /** Rejects when the worker dies. */
  readonly death: Promise<never>;
  /** Key to store its calibration under, if none exists yet. */
  untuned: string | undefined;
  /** Whether it has loaded a model. Until then its runtime may not even be downloaded. */
  hasModel: boolean;
  /** Until it is stopped, a worker that does not answer counts as dead. */
  watchHeartbeat(): () => void;
  /** Ends this page's use of it. Its pending calls go to the next worker, or reject with `failure` if given. */
  end(failure?: Error): void;
  /** Ends it for every page that shares it, because its runtime is unusable. */
  endForAll(): void;
}

/** Start parameters of a worker beyond the options of its host. */
export interface Launch {
  /** Storage key of this device's calibration, and the stored calibration. */
  readonly key: string;
  readonly calibration: Calibration | undefined;
  /** Of the hub. */
  readonly token: string | undefined;
  /** Read once the worker can receive it. */
  readonly device: {
    /** Measurements of WebGPU and wasm, if both were possible. */
    readonly measured: Calibration[] | undefined;
    /** The reason why threads are not tried again. */
    readonly threadsFailed: string | undefined;
  };
  /** Called when a shared worker begins to end. Connecting before it has ended would reach the same worker. */
  onEnding(gone: Promise<void>): void;
}

/**
 * Milliseconds of silence after which a wasm worker counts as dead if no lock reveals its end (plain http): far more
 * than a batch or opening a large model takes.
 */
const WASM_SILENCE = 180_000;

/**
 * Starts a worker. It is returned before it has answered; if it does not start, its `death` rejects.
 * @throws FoundationError RUNTIME_NOT_AVAILABLE
 */
export async function startWorker(
  options: HostOptions,
  { flavour, reason, isSoftware }: DeviceChoice,
  { key, calibration, token, device, onEnding }: Launch,
): Promise<LiveWorker> {
  const script = (): string => workerScript(flavour, options.workerUrl?.[flavour]).address;
  const { refusals, stop: stopWatching } = watchRefusals();
  const whyNot = (said?: string, cause?: unknown): Promise<FoundationError> =>
    scriptFault(script(), refusals, said, cause);
  let spawned: Spawned;
  try {
    spawned = await spawn(flavour, options);
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
  const { hub, ...start } = options.start;
  const drawing = new MessageChannel();
  drawFor(drawing.port1);
  const workerStart: WorkerStart = {
    ...start,
    hub: { ...hub, token },
    engineKey: JSON.stringify([start, hub], describeFile),
    reason,
    resumeBatches: options.resumeBatches,
    calibration,
    calibrations: device.measured ?? (calibration ? [calibration] : []),
    threadsFailed: device.threadsFailed,
    wasmPaths: options.wasmPaths?.[flavour],
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
      // A wasm worker computes in its own thread, so it is silent while a batch runs.
      const limit = flavour === 'wasm' ? WASM_SILENCE : options.unresponsiveAfter;
      if (flavour === 'wasm' && watch.lockName) return () => {};
      return watchHeartbeat(() => api.ping(), limit, watch.silent);
    },
    endForAll: () => {
      if (!spawned.pageLock) return;
      onEnding(goneOrHanging(watch.lockName));
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

async function spawn(flavour: Flavour, { workerUrl, shared }: HostOptions): Promise<Spawned> {
  const url = workerUrl?.[flavour];
  return shared ? connectSharedWorker(flavour, url) : spawnWorker(workerScript(flavour, url));
}

/** Picked files by the fields that distinguish them, because JSON cannot represent a file. */
function describeFile(_key: string, value: unknown): unknown {
  return value instanceof File ? [value.name, value.size, value.lastModified] : value;
}

/**
 * The error for a worker script that could not be loaded.
 * @param said the browser's message, if it gives one.
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
  const isForeign = new URL(url).origin !== location.origin;
  const found = await faultOf(url, isForeign ? FOREIGN_WORKER_SCRIPT : WORKER_SCRIPT, refusals);
  const fault = found ?? { why, passing: true };
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `The worker cannot start: its script ${url} ${fault.why}. If the script lies elsewhere, set workerUrl. Recipes for bundlers, servers and policies: ${RECIPES}`,
    retryable: fault.passing,
    cause,
  });
}
