import type { Endpoint } from 'comlink';
import type { Flavour } from './protocol.ts';

/** A worker that was started: where calls go, and how it ends. */
export interface Spawned {
  readonly endpoint: Endpoint;
  /** Fires `error` when the script cannot be loaded or fails. */
  readonly events: EventTarget;
  /** Ends a worker of this page's own; leaves one that is shared. */
  end(): void;
}

/** Starts a worker from a real file, so that a strict Content-Security-Policy can allow it by origin. */
export function spawnWorker(flavour: Flavour, url: string | URL | undefined): Spawned {
  const worker = url
    ? new Worker(url, { type: 'module', name: `nearfield-${flavour}` })
    : // Bundlers recognise a worker only by a literal URL.
      flavour === 'wasm'
      ? new Worker(new URL('./wasm.ts', import.meta.url), { type: 'module', name: 'nearfield-wasm' })
      : new Worker(new URL('./webgpu.ts', import.meta.url), { type: 'module', name: 'nearfield-webgpu' });
  return { endpoint: worker, events: worker, end: () => worker.terminate() };
}

/** Connects to the worker that tabs of this origin share. */
export function connectSharedWorker(flavour: Flavour, url: string | URL | undefined): Spawned {
  const worker = url
    ? new SharedWorker(url, { type: 'module', name: `nearfield-${flavour}` })
    : flavour === 'wasm'
      ? new SharedWorker(new URL('./wasm.ts', import.meta.url), { type: 'module', name: 'nearfield-wasm' })
      : new SharedWorker(new URL('./webgpu.ts', import.meta.url), {
          type: 'module',
          name: 'nearfield-webgpu',
        });
  worker.port.start();
  return { endpoint: worker.port, events: worker, end: () => worker.port.close() };
}
