import { type ChunkCache, chunkLength, type FileRecord } from './cache.ts';
import { sha256 } from './digest.ts';
import { integrityMismatch, isRetryable } from './errors.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { ModelSource } from './types.ts';

export interface RepairOptions {
  cache: ChunkCache;
  /** Undefined if a file is read without knowing its source. */
  source: ModelSource | undefined;
  record: FileRecord;
  index: number;
  retry: RetryPolicy;
  signal?: AbortSignal | undefined;
}

/**
 * Fetches one damaged chunk of a stored file again and puts it back. Its hash was recorded when the file was
 * whole, so the right bytes are known regardless of what the source sends.
 * @throws FoundationError INTEGRITY_MISMATCH if they cannot be had.
 */
export async function repairChunk(options: RepairOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { cache, source, record, index, retry, signal } = options;
  const expected = record.chunks[index];
  // Another tab may have been here first.
  const stored = await cache.readChunk(record, index);
  if (stored && (await sha256(stored)) === expected) return stored;
  const damage = `The stored copy of ${record.path} (${record.model}) is damaged`;
  if (!source) throw integrityMismatch(`${damage}: open the model once with its source at hand to mend it.`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await withRetries(() => fetchChunk(source, record, index, signal), retry, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    if (!isRetryable(cause)) throw cause;
    throw integrityMismatch(`${damage} and could not be mended: ${cause.message}`, { cause });
  }
  if ((await sha256(bytes)) !== expected) {
    // The source has moved on to another version: only the whole of that is of use.
    await cache.deleteFile(record);
    throw integrityMismatch(
      `${damage}, and ${source.key} has another version now. Load the model again to fetch that.`,
    );
  }
  await cache.replaceChunk(record, index, bytes);
  return bytes;
}

/** One chunk's bytes; fewer if the source has no more. */
async function fetchChunk(
  source: ModelSource,
  record: FileRecord,
  index: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = index * record.chunkBytes;
  const bytes = new Uint8Array(chunkLength(record, index));
  const end = start + bytes.length;
  const opened = await source.open(record.path, { offset: start, end, etag: record.etag, signal });
  const reader = opened.stream.getReader();
  let position = opened.offset;
  while (position < end) {
    const { done, value } = await reader.read();
    if (done) break;
    const wanted = value.subarray(Math.max(0, start - position), Math.max(0, end - position));
    if (wanted.length > 0) bytes.set(wanted, Math.max(0, position - start));
    position += value.length;
  }
  await reader.cancel().catch(() => {});
  return bytes;
}
