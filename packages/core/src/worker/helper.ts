/** Workers that help an engine's worker to encode: the same script, which knows by its name what it is for. */
import { randomId } from '@nearfield/spec/implement';
import { holdLock } from '../boundary/shared-worker-locks.ts';
import { trustedScript } from '../boundary/trusted-script.ts';
import { serveEncoders } from '../engine/runtime/encoder/encoder-helper.ts';
import type { FromHelper, Helper, ToHelper } from '../engine/runtime/encoder/helper-protocol.ts';

const PREFIX = 'nearfield-helper-';

/** Whether this worker was started by {@link startHelper}. */
export const isHelper = (): boolean => ownScope().name.startsWith(PREFIX);

/** The helper's half. It holds a lock by which its end is noticed. */
export async function help(): Promise<void> {
  const scope = ownScope();
  const early: ToHelper[] = [];
  let take = (message: ToHelper): void => {
    early.push(message);
  };
  scope.onmessage = ({ data }) => take(data);
  if (navigator.locks) await holdLock(scope.name, 'exclusive');
  serveEncoders({
    post: (message, transfer) => scope.postMessage(message, [...transfer]),
    listen: (listener) => {
      take = listener;
      for (const message of early.splice(0)) listener(message);
    },
  });
}

/** Starts a worker from this worker's own script: no further file, and nothing that a policy would have to allow. */
export function startHelper(): Helper {
  const name = PREFIX + randomId();
  let end: (why: string) => void;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const over = new AbortController();
  let worker: Worker | undefined;
  try {
    worker = new Worker(trustedScript(location.href), { type: scriptType(), name });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      end(event.message || 'its script could not be loaded');
    });
  } catch (error) {
    end!(error instanceof Error ? error.message : String(error));
  }
  return {
    post: (message, transfer = []) => worker?.postMessage(message, [...transfer]),
    listen: (listener) =>
      worker?.addEventListener('message', ({ data }: MessageEvent<FromHelper>) => {
        if (data.type === 'ready' && navigator.locks) {
          // Ours as soon as the helper, which holds it, is gone.
          navigator.locks.request(name, { signal: over.signal }, () => end('it was ended')).catch(() => {});
        }
        listener(data);
      }),
    ended,
    end: () => {
      over.abort();
      worker?.terminate();
    },
  };
}

/** How this worker's script was started. A classic one may import scripts, if only none. */
function scriptType(): WorkerType {
  try {
    ownScope().importScripts();
    return 'classic';
  } catch {
    return 'module';
  }
}

interface DedicatedScope {
  readonly name: string;
  onmessage: ((event: MessageEvent<ToHelper>) => void) | null;
  postMessage(message: FromHelper, transfer: Transferable[]): void;
  importScripts(): void;
}

const ownScope = (): DedicatedScope => globalThis as unknown as DedicatedScope;
