import { createLocal, type LocalFoundation } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { createRouter } from '@nearfield/router';
import type { PageReader, SearchFoundation } from '@nearfield/spec';
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
}

/** How the app gets its foundations: the only place where Local, Remote and Auto differ. */
export interface Connections {
  local(engine: EngineSettings): LocalFoundation;
  remote(settings: RemoteSettings): SearchFoundation;
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

/** Local, Remote and Auto differ in these lines only. */
export const createConnections = (): Connections => ({
  local({ device, threads }) {
    const models = SERVED_MODELS.map((id) => ({ id, source: new URL(`models/${id}/`, document.baseURI) }));
    return createLocal({ device, threads, models, reader });
  },
  remote: ({ apiKey, baseUrl }) =>
    createRemote({ apiKey, baseUrl, readerUrl: readerOf(baseUrl, DEFAULT_BASE_URL) }),
  router: async () => (await import('@nearfield/router')).createRouter,
});
