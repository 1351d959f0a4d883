import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VectorCache } from '@nearfield/search/node';
import { FoundationError } from '@nearfield/spec';
import type { ChosenModel } from '../foundation.ts';
import type { VectorStore } from './cached-vectors.ts';

/** Keeps the vectors of a model from run to run. */
export interface ClosableStore extends VectorStore {
  close(): void;
}

/**
 * Vectors in a file of a folder, one file for each place that a model comes from: two models of one name never share
 * vectors. `undefined` keeps them in memory alone.
 *
 * @throws FoundationError STORAGE_FAILED
 */
export function openStore(folder: string | undefined, { model, origin }: ChosenModel): ClosableStore {
  if (folder === undefined) return Object.assign(new Map<string, Float32Array>(), { close: () => {} });
  const place = createHash('sha256').update(fingerprint(origin)).digest('hex').slice(0, 12);
  const path = join(folder, `grep-${model.replace(/[^\w.-]/g, '_')}-${place}.vectors`);
  const failed = (cause: unknown): FoundationError =>
    new FoundationError({
      code: 'STORAGE_FAILED',
      message: `Vectors cannot be kept in ${path}: ${(cause as Error).message}. Name another folder with --cache, or --cache none.`,
      cause,
    });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw failed(cause);
    }
  };
  const cache = guarded(() => new VectorCache(path));
  return {
    get: (key) => cache.get(key),
    set: (key, vector) => guarded(() => cache.set(key, vector)),
    close: () => guarded(() => cache.close()),
  };
}

/** Text that changes when the files of a directory do. An address or an id stands for itself. */
function fingerprint(origin: string): string {
  const facts = statSync(origin, { throwIfNoEntry: false });
  if (!facts?.isDirectory()) return origin;
  const files = readdirSync(origin, { recursive: true, encoding: 'utf8' }).sort();
  return [
    origin,
    ...files.map((file) => {
      const { size, mtimeMs } = statSync(join(origin, file));
      return `${file} ${size} ${mtimeMs}`;
    }),
  ].join('\n');
}
