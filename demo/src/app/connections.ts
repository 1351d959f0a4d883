import { createLocal } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { Connections } from './app.ts';
import { EMBEDDED_MODEL } from './model-choices.ts';
import type { DeviceChoice } from './parameters.ts';

/** Local and Remote differ in these lines only. */
export const createConnections = (device: DeviceChoice): Connections => ({
  local() {
    const source = new URL(`models/${EMBEDDED_MODEL}/`, document.baseURI);
    const foundation = createLocal({ device, models: [{ id: EMBEDDED_MODEL, source }] });
    return { foundation, storage: foundation.storage };
  },
  remote: ({ apiKey, baseUrl }) => createRemote({ apiKey, baseUrl }),
});
