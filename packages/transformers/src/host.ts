/** The page's half: one worker, started at the first call, and again after it has ended. */
import { type CallOptions, type CallProgress, FoundationError } from '@nearfield/spec';
import { deserializeError } from '@nearfield/spec/implement';
import { proxy, type Remote, releaseProxy, wrap } from 'comlink';
import type { WorkerApi, WorkerSettings } from './boundary.ts';
import type { Job, JobResult } from './engine/engine.ts';
import type { EngineHost } from './foundation.ts';

/** A started worker. */
interface Live {
  readonly api: Remote<WorkerApi>;
  readonly started: Promise<void>;
  /** Rejects when its script cannot be loaded or fails. */
  readonly death: Promise<never>;
  end(): void;
}

export class WorkerEngineHost implements EngineHost {
  readonly #settings: WorkerSettings;
  readonly #start: () => Worker;
  #live: Live | undefined;
  #calls = 0;

  constructor(settings: WorkerSettings, start: () => Worker) {
    this.#settings = settings;
    this.#start = start;
  }

  async run(job: Job, { signal, onProgress }: CallOptions): Promise<JobResult> {
    signal?.throwIfAborted();
    const live = this.#alive();
    const call = this.#calls++;
    let finished = false;
    const report = onProgress
      ? proxy((event: CallProgress) => {
          if (!finished) onProgress(event);
        })
      : undefined;
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener(
        'abort',
        () => {
          void live.api.abort(call);
          reject(signal.reason);
        },
        { once: true },
      );
    });
    const answer = live.started.then(() => live.api.run(call, job, report));
    // Abandoned, it must not end as an unhandled rejection.
    answer.catch(() => {});
    try {
      const outcome = await Promise.race([answer, live.death, aborted]);
      if (outcome.error) throw deserializeError(outcome.error);
      return outcome.result!;
    } catch (error) {
      throw uncloneable(error) ?? error;
    } finally {
      finished = true;
    }
  }

  async close(): Promise<void> {
    this.#live?.end();
    this.#live = undefined;
  }

  #alive(): Live {
    if (this.#live) return this.#live;
    if (typeof Worker === 'undefined') {
      throw new FoundationError({
        code: 'RUNTIME_NOT_AVAILABLE',
        message:
          'There are no workers here. In Node use createNodeTransformers() of @nearfield/transformers/node; on a server that renders pages make the first call in the browser.',
        retryable: false,
      });
    }
    const worker = this.#start();
    const api = wrap<WorkerApi>(worker);
    const death = new Promise<never>((_, reject) => {
      worker.addEventListener('error', ({ message }) => {
        if (this.#live === live) this.#live = undefined;
        worker.terminate();
        reject(
          new FoundationError({
            code: 'WORKER_FAILED',
            message: `The worker of transformers.js failed: ${message || 'its script cannot be loaded; the network panel and the console have the reason'}.`,
          }),
        );
      });
    });
    death.catch(() => {});
    const started = api.start(this.#settings);
    started.catch(() => {});
    const live: Live = {
      api,
      started,
      death,
      end() {
        api[releaseProxy]();
        worker.terminate();
      },
    };
    this.#live = live;
    return live;
  }
}

/** The error for values that cannot cross to a worker. */
function uncloneable(error: unknown): FoundationError | undefined {
  if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return undefined;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The request holds something that cannot be sent to the worker: ${error.message}`,
    param: 'body',
    cause: error,
  });
}
