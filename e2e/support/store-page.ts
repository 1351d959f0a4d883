/** The page of store.spec.ts: the model store as core's worker uses it, and a report of its actions. */
import { type ErrorCode, FoundationError, type StorageReport } from '@nearfield/spec';
import { baseUrlSource, createModelStore, hubSource } from '../../packages/core/src/store/index.ts';
import type { ModelUsage } from '../../packages/core/src/store/types.ts';

export interface OpenRequest {
  kind: 'hub' | 'base-url';
  /** `remoteHost`, or the base URL. */
  address: string;
  model: string;
  path: string;
  token?: string;
  chunkBytes?: number;
  evict?: 'never' | 'least-recently-used';
  /** Tries in a row. */
  attempts?: number;
}

export type OpenResult =
  | { sha256: string; size: number; fromCache: boolean; report: StorageReport }
  | { code: ErrorCode | 'none'; message: string; status?: number };

export interface StorePage {
  open(request: OpenRequest): Promise<OpenResult>;
  usage(): Promise<ModelUsage[]>;
  delete(model?: string): Promise<void>;
  /** Bytes that the last `open` reported, in their order. */
  loaded: number[];
}

const page: StorePage = {
  loaded: [],
  async open({ kind, address, model, path, token, chunkBytes, evict, attempts = 5 }) {
    page.loaded = [];
    try {
      const store = createModelStore({ chunkBytes, evict, retry: { attempts, baseDelay: 20 } });
      const source =
        kind === 'hub' ? hubSource(model, { remoteHost: address, token }) : baseUrlSource(address);
      const files = await store.open(model, source, [{ path }], {
        onProgress: ({ files: [file] }) => page.loaded.push(file!.loaded),
      });
      const file = files.get(path)!;
      const bytes = await file.read();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return {
        sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        size: bytes.length,
        fromCache: file.fromCache,
        report: await store.report(),
      };
    } catch (error) {
      return FoundationError.isInstance(error)
        ? { code: error.code, message: error.message, status: error.status }
        : { code: 'none', message: String(error) };
    }
  },
  usage: () => createModelStore().usage(),
  delete: (model) => createModelStore().delete(model),
};

Object.assign(globalThis, { storePage: page });
