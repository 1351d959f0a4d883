import { createLocal, type LocalFoundation } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { createRouter } from '@nearfield/router';
import { FoundationError, type PageReader, type SearchFoundation } from '@nearfield/spec';
import pdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { SERVED_MODELS } from './model-choices.ts';
import { DEFAULT_BASE_URL, type DeviceChoice } from './parameters.ts';
import { readerOf } from './server-address.ts';

export interface RemoteSettings {
  /** Kept in memory only. */
  apiKey: string;
  baseUrl: string;
}

/** What the engine of this browser computes with. */
export interface EngineSettings {
  device: DeviceChoice;
  /** Undefined: as many as suit the device. */
  threads: number | undefined;
  /** `memory` leaves the stored models alone: files are fetched, and forgotten with the engine. @default 'indexeddb' */
  cache?: 'indexeddb' | 'memory';
}

/** How the app gets its foundations: the only place where Local, Remote and Auto differ. */
export interface Connections {
  local(engine: EngineSettings): LocalFoundation;
  /** @param wantsKey whether the server is known to answer only with a key */
  remote(settings: RemoteSettings, wantsKey: () => boolean): SearchFoundation;
  /** Fetches what chooses between the two. */
  router(): Promise<typeof createRouter>;
}

/** Fetched with the first PDF that is read. */
const PDF = { library: () => import('pdfjs-dist'), workerUrl: pdfWorker };

/** Fetched with the first page that is read. */
const reader: PageReader = {
  read: async (request, options) => {
    const { createReader } = await import('@nearfield/reader');
    return createReader({ pdf: PDF }).read(request, options);
  },
};

/**
 * No key. A server that is known to want one is not asked: the browser would log its refusal as an error.
 * @throws FoundationError AUTH_MISSING_API_KEY
 */
function noKey(baseUrl: string, isWanted: boolean): string {
  if (!isWanted) return '';
  throw new FoundationError({
    code: 'AUTH_MISSING_API_KEY',
    message: `Authentication required: ${baseUrl} answers only with an API key.`,
  });
}

/** Local, Remote and Auto differ in these lines only. */
export const createConnections = (): Connections => ({
  local({ device, threads, cache }) {
    const models = SERVED_MODELS.map((id) => ({ id, source: new URL(`models/${id}/`, document.baseURI) }));
    return createLocal({ device, threads, models, reader, cache });
  },
  remote: ({ apiKey, baseUrl }, wantsKey) =>
    createRemote({
      baseUrl,
      readerUrl: readerOf(baseUrl, DEFAULT_BASE_URL),
      apiKey: apiKey === '' ? () => noKey(baseUrl, wantsKey()) : apiKey,
    }),
  router: async () => (await import('@nearfield/router')).createRouter,
});
