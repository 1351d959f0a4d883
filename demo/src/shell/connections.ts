import { createLocal } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { Connections } from './app.ts';
import { SERVED_MODELS } from './model-choices.ts';
import type { DeviceChoice } from './parameters.ts';

/** Local and Remote differ in these lines only. */
export const createConnections = (device: DeviceChoice): Connections => ({
  local() {
    const models = SERVED_MODELS.map((id) => ({ id, source: new URL(`models/${id}/`, document.baseURI) }));
    const foundation = createLocal({ device, models });
    return {
      foundation,
      storage: foundation.storage,
      load: (model, options) => foundation.load(model, options),
      unload: (model) => foundation.unload(model),
    };
  },
  remote: ({ apiKey, baseUrl }) => createRemote({ apiKey, baseUrl }),
});
