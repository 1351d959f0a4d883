import type { CallOptions, CallProgress } from '@nearfield/spec';
import { deserializeError } from '@nearfield/spec/implement';
import { expose, transfer } from 'comlink';
import { carryErrorsWhole } from '../boundary/comlink-errors.ts';
import { PageDrawing } from '../boundary/drawing.ts';
import type {
  CallMessage,
  ControlMessage,
  WireOptions,
  WorkerApi,
  WorkerStart,
} from '../boundary/protocol.ts';
import { holdLock } from '../boundary/shared-worker-locks.ts';
import { Engine } from '../engine/engine.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { budgetOf } from '../engine/scheduling/calibration.ts';
import { loadPictures } from '../image/index.ts';
import { MemoryRecords } from '../persistence/memory-records.ts';
import { openRecords } from '../persistence/open-records.ts';
import { dispatch } from '../service/methods.ts';
import { modelResolver, tokenizerResolver } from '../service/model-resolver.ts';
import { createServices, type Services } from '../service/services.ts';
import { createModelStore, MemoryCache } from '../store/index.ts';
import { SharedLife } from './shared-life.ts';

/** The worker's half of the boundary, for the runtime of this worker's entry. */
export function serve(startRuntime: (options: WorkerStart) => Promise<Runtime>): void {
  carryErrorsWhole();
  /** One engine; several in a shared worker whose tabs have different options. */
  const engines = new Map<string, Promise<Services>>();
  const drawing = new PageDrawing();

  const createEngine = async (options: WorkerStart): Promise<Services> => {
    const inMemory = options.cache === 'memory';
    const runtime = await startRuntime(options);
    if (options.calibrations.length > 0) runtime.report.calibrations = options.calibrations;
    const engine = new Engine({
      runtime,
      store: createModelStore({
        ...(inMemory && { cache: new MemoryCache('The cache option is memory.') }),
        evict: options.evict,
      }),
      resolve: modelResolver(options),
      resolveTokenizer: tokenizerResolver(options),
      imageDecoder: async () => {
        const { browserDecoder } = await loadPictures();
        return { ...browserDecoder, drawSvg: (svg, drawOptions) => drawing.draw(svg, drawOptions) };
      },
      batchInvariant: options.batchInvariant,
      budget: options.calibration && budgetOf(options.calibration, runtime.device),
    });
    const services = createServices({
      engine,
      openRecords: () => (inMemory ? new MemoryRecords() : openRecords()),
      classifierLimits: options.classifierLimits,
    });
    // Batches that a closed or crashed tab left unfinished. Errors reach the calls that poll them.
    if (options.resumeBatches) services.batches.resume().catch(() => {});
    return services;
  };

  const scope = globalThis as unknown as DedicatedScope | SharedScope;
  const isShared = 'onconnect' in scope;
  const life = isShared ? new SharedLife(scope.name, () => scope.close()) : undefined;
  const connect = (): WorkerApi => {
    let engine: Promise<Services> | undefined;
    return {
      async hold(lock, pageLock) {
        await holdLock(lock, 'exclusive');
        if (pageLock) life?.joined(pageLock);
      },

      ping: async () => {},

      end: async () => life?.end(),

      async start(options, port) {
        drawing.add(port);
        const { engineKey } = options;
        engine = engines.get(engineKey) ?? createEngine(options);
        engines.set(engineKey, engine);
        engine.catch(() => engines.delete(engineKey));
        return (await engine).engine.runtime.report;
      },

      async call(method, argument, wireOptions, port) {
        const { options, close } = listen(port, wireOptions);
        try {
          if (!engine) throw new Error('The worker was called before it was started.');
          const result = await dispatch(await engine, method, argument, options);
          return typeof result === 'object' && result !== null ? transfer(result, buffersOf(result)) : result;
        } finally {
          close();
        }
      },
    };
  };
  if (!isShared) {
    expose(connect());
    return;
  }
  scope.onconnect = ({ ports: [port] }) => {
    expose(connect(), port);
    // The page waits for a first message: until it arrives, the worker may have ended.
    port?.postMessage('connected');
  };
}

type DedicatedScope = object;

interface SharedScope {
  name: string;
  onconnect: ((event: MessageEvent) => void) | null;
  close(): void;
}

function listen(
  port: MessagePort,
  { priority, progress }: WireOptions,
): { options: CallOptions; close: () => void } {
  const controller = new AbortController();
  port.onmessage = ({ data }: MessageEvent<ControlMessage>) =>
    controller.abort(deserializeError(data.reason));
  const options: CallOptions = { signal: controller.signal, priority };
  if (progress) options.onProgress = (event: CallProgress) => port.postMessage(event satisfies CallMessage);
  return {
    options,
    close: () => {
      port.postMessage({ type: 'call-end' } satisfies CallMessage);
      port.close();
    },
  };
}

/** The buffers under a result's vectors: they move to the page instead of being copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
    } else if (Array.isArray(value)) {
      value.forEach(visit);
    } else if (
      typeof value === 'object' &&
      value !== null &&
      Object.getPrototypeOf(value) === Object.prototype
    ) {
      Object.values(value).forEach(visit);
    }
  };
  visit(result);
  return [...buffers];
}
