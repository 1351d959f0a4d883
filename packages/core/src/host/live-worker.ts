import { type DeviceReport, FoundationError } from '@nearfield/spec';
import { type Calibration, shortened } from '@nearfield/spec/implement';
import { type Remote, releaseProxy, transfer, wrap } from 'comlink';
import { drawFor } from '../boundary/drawing.ts';
import {
  faultOf,
  forbidden,
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

/** A worker that runs, or is about to. */
export interface LiveWorker {
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

/** What a worker is started with, beside the options of its host. */
export interface Launch {
  /** What a calibration of this device is remembered by, and what is remembered. */
  readonly key: string;
  readonly calibration: Calibration | undefined;
  /** Of the hub. */
  readonly token: string | undefined;
  /** Read when the worker is there to be told. */
  readonly device: {
    /** What WebGPU and wasm were measured to do, where both could be taken. */
    readonly measured: Calibration[] | undefined;
    /** Why threads are not tried again. */
    readonly threadsFailed: string | undefined;
  };
  /** Called when a shared worker was told to end: one that is started before it has ended would be the same. */
  onEnding(gone: Promise<void>): void;
}

/**
 * Milliseconds of silence after which a wasm worker counts as dead where no lock tells (plain http): far more than a
 * batch takes, or opening a large model.
 */
const WASM_SILENCE = 180_000;

/**
 * Starts a worker. It is returned before it has answered: it may yet turn out not to start, see its `death`.
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
      // A wasm worker computes in its own thread: it is silent while a batch runs, and that is fine.
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

/** Picked files by what tells them apart; JSON knows nothing of them. */
function describeFile(_key: string, value: unknown): unknown {
  return value instanceof File ? [value.name, value.size, value.lastModified] : value;
}

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
  const found = await faultOf(url, WORKER_SCRIPT, refusals);
  const blob = refusals.find(({ blocked }) => blocked.startsWith('blob'));
  const fault = found ?? (blob && forbidden(blob.directive, 'blob:')) ?? { why, passing: true };
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `The worker cannot start: its script ${url} ${fault.why}. Where it lies elsewhere, set workerUrl. Recipes for bundlers, servers and policies: ${RECIPES}`,
    retryable: fault.passing,
    cause,
  });
}
