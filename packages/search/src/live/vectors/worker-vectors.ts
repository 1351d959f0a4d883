import { type Remote, releaseProxy, transfer, wrap } from 'comlink';
import { LocalVectors, type VectorRow, type Vectors } from './vectors.ts';
import type { API } from './worker.ts';

/** Vectors in a worker, so that no search holds up the page; in this thread where no worker starts. */
export async function vectorsOfPage(dimensions: number): Promise<Vectors> {
  if (typeof Worker === 'undefined') return new LocalVectors(dimensions);
  let worker: Worker | undefined;
  try {
    worker = new Worker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'nearfield-vectors',
    });
    const started = worker;
    // A script that a policy forbids or that is not served says so by this event alone.
    const failed = new Promise<never>((_, reject) => {
      started.addEventListener('error', () => reject(new Error('The worker does not start.')), {
        once: true,
      });
    });
    const remote = wrap<typeof API>(started);
    await Promise.race([remote.start(dimensions), failed]);
    return new WorkerVectors(started, remote);
  } catch {
    worker?.terminate();
    return new LocalVectors(dimensions);
  }
}

class WorkerVectors implements Vectors {
  readonly #worker: Worker;
  readonly #remote: Remote<typeof API>;

  constructor(worker: Worker, remote: Remote<typeof API>) {
    this.#worker = worker;
    this.#remote = remote;
  }

  set(rows: readonly VectorRow[]): Promise<void> {
    // Each has its numbers for itself: they move without being copied.
    return this.#remote.set(
      transfer(
        rows,
        rows.map(({ numbers }) => numbers.buffer as ArrayBuffer),
      ),
    );
  }

  delete(rows: readonly number[]): Promise<void> {
    return this.#remote.delete(rows);
  }

  take(rows: readonly number[]): ReturnType<Vectors['take']> {
    return this.#remote.take(rows);
  }

  renumber(numberOf: Int32Array): Promise<void> {
    return this.#remote.renumber(numberOf);
  }

  nearest(...args: Parameters<Vectors['nearest']>): ReturnType<Vectors['nearest']> {
    return this.#remote.nearest(...args);
  }

  mean(rows: readonly number[]): Promise<Float32Array | undefined> {
    return this.#remote.mean(rows);
  }

  bytes(): Promise<number> {
    return this.#remote.bytes();
  }

  close(): void {
    this.#remote[releaseProxy]();
    this.#worker.terminate();
  }
}
