import { randomId } from '@nearfield/spec/implement';
import type { Endpoint } from 'comlink';
import type { Flavour } from '../boundary/protocol.ts';
import { connectingLock, holdLock } from '../boundary/shared-worker-locks.ts';
import { afterAwake } from './heartbeat.ts';
import { sharedWorkerScript, type WorkerScript, workerScript } from './worker-script.ts';

/** A worker that was started: where calls go, and how it ends. */
export interface Spawned {
  readonly endpoint: Endpoint;
  /** Fires `error` when the script cannot be loaded or fails. */
  readonly events: EventTarget;
  /** A lock that this page holds while it uses a shared worker; undefined for a worker of its own. */
  readonly pageLock?: string | undefined;
  /** To be called once a shared worker has answered. */
  connected?(): void;
  /** Ends a worker of this page's own; leaves one that is shared, which ends with the last page's leaving. */
  end(): void;
}

/** Starts a worker from a real file, so that a strict Content-Security-Policy can allow it by origin. */
export function spawnWorker({ url, options }: WorkerScript): Spawned {
  const worker = new Worker(url, options);
  return { endpoint: worker, events: worker, end: () => worker.terminate() };
}

/**
 * Connects to the worker that tabs of this origin share, or starts a worker of this page's own where there is none to
 * share: the browser has no shared workers (as on Android), or denies them (as to a sandboxed frame), or has no locks; or
 * the script is another origin's.
 */
export async function connectSharedWorker(flavour: Flavour, url: string | URL | undefined): Promise<Spawned> {
  // Without locks (plain http) nobody would notice its end, nor it the last page's.
  const canShare = typeof SharedWorker !== 'undefined' && navigator.locks;
  const script = canShare && sharedWorkerScript(flavour, url);
  // A script of another origin is started from a blob, which is each page's own.
  if (!script || script.isForeign) return spawnWorker(workerScript(flavour, url));
  const pageLock = `nearfield-page-${randomId()}`;
  const held: (() => void)[] = [];
  const letGo = (): void => {
    for (const release of held.splice(0)) release();
  };
  try {
    held.push(await holdLock(pageLock, 'exclusive'));
    // While a page connects, the worker must not end for want of pages.
    const connected = await holdLock(connectingLock(`nearfield-${flavour}`), 'shared');
    held.push(connected);
    const worker = await greetedBySharedWorker(() => new SharedWorker(script.url, script.options));
    return {
      endpoint: worker.port,
      events: worker,
      pageLock,
      connected,
      end: () => {
        letGo();
        worker.port.close();
      },
    };
  } catch (error) {
    letGo();
    if (error instanceof DOMException && error.name === 'SecurityError') {
      return spawnWorker(workerScript(flavour, url));
    }
    throw error;
  }
}

/** Milliseconds after which a connection that is not greeted is made anew. */
const GREETING = 3000;
/** Connections that are tried: together as long as any worker has to start. */
const CONNECTIONS = 20;

/**
 * Connects until a worker says that it is there: a browser may still connect pages to a worker that has just ended,
 * and tells them nothing of it.
 */
async function greetedBySharedWorker(connect: () => SharedWorker): Promise<SharedWorker> {
  for (let connection = 1; ; connection++) {
    const worker = connect();
    const isThere = await new Promise<boolean>((resolve, reject) => {
      const stop = afterAwake(GREETING, () => resolve(false));
      worker.port.onmessage = () => {
        stop();
        resolve(true);
      };
      worker.onerror = ({ message }) => {
        stop();
        reject(new Error(message));
      };
    });
    if (isThere || connection === CONNECTIONS) {
      worker.port.onmessage = null;
      worker.onerror = null;
      return worker;
    }
    worker.port.close();
  }
}
