import type { Flavour } from './protocol.ts';

/** Starts a worker from a real file, so that a strict Content-Security-Policy can allow it by origin. */
export function spawnWorker(flavour: Flavour, url: string | URL | undefined): Worker {
  const name = `nearfield-${flavour}`;
  if (url) return new Worker(url, { type: 'module', name });
  // Bundlers recognise a worker only by a literal URL.
  return flavour === 'wasm'
    ? new Worker(new URL('./wasm.ts', import.meta.url), { type: 'module', name: 'nearfield-wasm' })
    : new Worker(new URL('./webgpu.ts', import.meta.url), { type: 'module', name: 'nearfield-webgpu' });
}
