import { createLocal, type LocalFoundation } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { SearchFoundation } from '@nearfield/spec';
import { SERVED_MODELS } from './model-choices.ts';
import type { DeviceChoice } from './parameters.ts';

export interface RemoteSettings {
  /** Kept in memory only. */
  apiKey: string;
  baseUrl: string;
}

/** How the app gets its foundations: the only place where Local and Remote differ. */
export interface Connections {
  local(): LocalFoundation;
  remote(settings: RemoteSettings): SearchFoundation;
}

/** Local and Remote differ in these lines only. */
export const createConnections = (device: DeviceChoice): Connections => ({
  local() {
    const models = SERVED_MODELS.map((id) => ({ id, source: new URL(`models/${id}/`, document.baseURI) }));
    return createLocal({ device, models });
  },
  remote: ({ apiKey, baseUrl }) => createRemote({ apiKey, baseUrl }),
});
