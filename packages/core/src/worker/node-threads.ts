/** Threads of Node that help an engine to encode, as workers do in a page. */
import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type * as NodeThreads from 'node:worker_threads';
import type { CrewOptions } from '../engine/runtime/encoder/encoder-crew.ts';
import type { FromHelper, Helper, ToHelper } from '../engine/runtime/encoder/helper-protocol.ts';

/** Part of the memory that copies of encoders may take: an eighth, as in a page. */
const SHARE = 1 / 8;

/** More threads than this wait for the engine's own, which reads texts for all of them. */
const MOST = 8;

/**
 * Threads that share bulk work on encoders, the engine's own among them, with the reason.
 * @param wanted the `threads` option.
 * @param script of a thread.
 */
export function chooseNodeThreads(wanted: number | undefined, script = threadScript()): CrewOptions {
  const cores = availableParallelism();
  const workers = wanted === undefined ? Math.min(cores, MOST) : Math.max(1, Math.floor(wanted));
  const reason = wanted === undefined ? `${cores} cores, at most ${MOST} used` : 'asked for';
  const alone = { workers: 1, memory: 0 };
  if (workers === 1) return { ...alone, reason };
  // Hosts at the edge have neither threads nor files.
  if (!nodeThreads()) return { ...alone, reason: 'this host has no threads' };
  if (!script || isMissing(script)) return { ...alone, reason: withoutScript(script) };
  const memory = availableMemory() * SHARE;
  return { start: () => startThread(script), sharesMemory: true, workers, memory, reason };
}

/**
 * Starts a thread. It keeps the process alive only while it computes something.
 * @param script its URL; from the sources it is TypeScript.
 */
export function startThread(script: URL): Helper {
  let end: (why: string) => void;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const running = new Set<number>();
  let worker: NodeThreads.Worker | undefined;
  try {
    const { Worker } = nodeThreads()!;
    // The process's own arguments may be for a program given as text, which no file can be started with.
    worker = script.pathname.endsWith('.ts')
      ? new Worker(sourceLoader(script), { eval: true, execArgv: ['--conditions=@nearfield/source'] })
      : new Worker(script, { execArgv: [] });
    worker.unref();
    worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => end('it was ended'));
  } catch (error) {
    end!(error instanceof Error ? error.message : String(error));
  }
  return {
    post: (message: ToHelper, transfer = []) => {
      if (message.type === 'encode') {
        running.add(message.run);
        worker?.ref();
      }
      worker?.postMessage(message, [...transfer]);
    },
    listen: (listener) =>
      void worker?.on('message', (message: FromHelper) => {
        if (message.type !== 'ready') running.delete(message.run);
        if (running.size === 0) worker?.unref();
        listener(message);
      }),
    ended,
    end: () => void worker?.terminate(),
  };
}

/** Where the script of a thread is. Undefined in a bundled program that does not know its own place. */
function threadScript(): URL | undefined {
  try {
    return new URL('./encoder-thread.ts', import.meta.url);
  } catch {
    return undefined;
  }
}

const isMissing = (script: URL): boolean => script.protocol === 'file:' && !existsSync(script);

/** What programs that were bundled without this package's files lack. */
function withoutScript(script: URL | undefined): string {
  const file = script ? fileURLToPath(script) : 'worker-encoder-thread.js';
  return `the script of its threads, ${file}, is missing: copy it from dist/ of @nearfield/core beside the bundled program, or leave the package out of the bundle`;
}

/** Node's own module; undefined where a host has none. */
const nodeThreads = (): typeof NodeThreads | undefined => process.getBuiltinModule?.('node:worker_threads');

/** Threads do not have the loader of TypeScript from their process. */
function sourceLoader(script: URL): string {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return `import(${loader}).then(({ register }) => { register(); return import(${JSON.stringify(script.href)}); })`;
}

/** Bytes that this process may use, as its container allows. */
function availableMemory(): number {
  const limit = process.constrainedMemory?.();
  return Math.min(totalmem(), limit || Number.POSITIVE_INFINITY);
}
