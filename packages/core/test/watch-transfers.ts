// A hook for tests: tells on the channel "transfers", for every message of this worker that holds buffers, how many
// bytes they had and how many of those stayed behind as copies. A buffer that was transferred is detached here.
const channel = new BroadcastChannel('transfers');

export interface TransferReport {
  bytes: number;
  copied: number;
}

const post = globalThis.postMessage as (message: unknown, options?: unknown) => void;
const watched = (message: unknown, options?: unknown): void => {
  const buffers = [...buffersIn(message, new Set())];
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  post.call(globalThis, message, options);
  if (bytes === 0) return;
  const copied = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  channel.postMessage({ bytes, copied } satisfies TransferReport);
};
Object.assign(globalThis, { postMessage: watched });

function buffersIn(value: unknown, found: Set<ArrayBufferLike>): Set<ArrayBufferLike> {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) found.add(value.buffer);
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) buffersIn(each, found);
  }
  return found;
}
