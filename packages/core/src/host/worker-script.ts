import type { Flavour } from '../boundary/protocol.ts';
import { trustedScript } from '../boundary/trusted-script.ts';
import { baseAddress } from '../environment.ts';

/** The script of a worker, and how it is started from here. */
export interface WorkerScript {
  /** Absolute address of the script. */
  readonly address: string;
  /** First argument of the worker's constructor. */
  readonly url: string | URL;
  readonly options: WorkerOptions;
  /** Whether the script lies on another origin. Browsers start workers of their own origin alone. */
  readonly isForeign: boolean;
}

/** Arguments of a worker constructor. */
type Arguments = Pick<WorkerScript, 'url' | 'options'>;

/** @param url the caller's own; default: where the bundler, or the package, has it. */
export function workerScript(flavour: Flavour, url: string | URL | undefined): WorkerScript {
  return prepare(flavour, url ? ownScript(flavour, url) : caught('Worker', () => newWorker(flavour)));
}

/** The same for a worker that tabs share: bundlers may give it a file of its own. */
export function sharedWorkerScript(flavour: Flavour, url: string | URL | undefined): WorkerScript {
  const started = url ? ownScript(flavour, url) : caught('SharedWorker', () => newSharedWorker(flavour));
  return prepare(flavour, started);
}

const ownScript = (flavour: Flavour, url: string | URL): Arguments => ({
  url,
  options: { type: 'module', name: `nearfield-${flavour}` },
});

function prepare(flavour: Flavour, { url, options }: Arguments): WorkerScript {
  const found = new URL(url, baseAddress()).href;
  const address = besidePackage(found, flavour);
  const isForeign = /^https?:/.test(address) && new URL(address).origin !== location.origin;
  const started = isForeign ? shimOf(address, options.type) : address === found ? url : address;
  return { address, url: trustedScript(started), options, isForeign };
}

/**
 * Vite up to version 7 copies a package's modules to `node_modules/.vite/deps` while it serves for development, but
 * not their workers, which lie where the package is installed.
 */
export function besidePackage(address: string, flavour: Flavour): string {
  return address.replace(
    /(\/node_modules\/)\.vite\/deps[^/]*\/.*$/,
    `$1@nearfield/core/dist/worker-${flavour}.js`,
  );
}

const shims = new Map<string, string>();

/** A script of this origin that does nothing but load one of another. */
function shimOf(address: string, type: WorkerType | undefined): string {
  let shim = shims.get(address);
  if (shim === undefined) {
    const name = JSON.stringify(address);
    const code = type === 'module' ? `import ${name};` : `importScripts(${name});`;
    shim = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    shims.set(address, shim);
  }
  return shim;
}

/** Arguments that `start` passes to a constructor. With bundlers, only the call that starts a script has its address. */
function caught(kind: 'Worker' | 'SharedWorker', start: () => unknown): Arguments {
  const { [kind]: original } = globalThis;
  let found: Arguments | undefined;
  // Some bundlers go by the constructor's name.
  const catching = {
    [kind]: class {
      constructor(url: string | URL, options: WorkerOptions = {}) {
        found = { url, options };
      }
    },
  };
  try {
    Object.assign(globalThis, catching);
    start();
  } finally {
    Object.assign(globalThis, { [kind]: original });
  }
  return found!;
}

// Bundlers recognise a worker only by a literal URL in the very call.

function newWorker(flavour: Flavour): Worker {
  return flavour === 'wasm'
    ? new Worker(new URL('../worker/wasm.ts', import.meta.url), { type: 'module', name: 'nearfield-wasm' })
    : new Worker(new URL('../worker/webgpu.ts', import.meta.url), {
        type: 'module',
        name: 'nearfield-webgpu',
      });
}

function newSharedWorker(flavour: Flavour): SharedWorker {
  return flavour === 'wasm'
    ? new SharedWorker(new URL('../worker/wasm.ts', import.meta.url), {
        type: 'module',
        name: 'nearfield-wasm',
      })
    : new SharedWorker(new URL('../worker/webgpu.ts', import.meta.url), {
        type: 'module',
        name: 'nearfield-webgpu',
      });
}
