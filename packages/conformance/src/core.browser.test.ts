import { createLocal } from '@nearfield/core';
import { toFiles } from '@nearfield/model-tiny';
import { createReader } from '@nearfield/reader';
import { contractModels, embeddedIdsOf, tinyModelsOf } from './models.ts';
import { contractSuite } from './suite.ts';

const models = contractModels();

contractSuite({
  name: 'core in Chromium',
  models,
  create: () =>
    createLocal({
      device: 'wasm',
      cache: 'memory',
      reader: createReader(),
      models: [
        ...embeddedIdsOf(models).map((id) => ({ id, source: `/models/${id}/` })),
        ...tinyModelsOf(models).map(({ id, like, files }) => ({ id, like, source: toFiles(files) })),
      ],
    }),
});
