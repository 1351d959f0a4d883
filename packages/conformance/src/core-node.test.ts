import { createReader } from '@nearfield/reader';
import { createNodeSubject, type NodeSubject } from '../test/node-foundation.ts';
import { contractModels } from './models.ts';
import { contractSuite } from './suite.ts';

const models = contractModels();
let subject: NodeSubject;

contractSuite({
  name: 'core in Node',
  models,
  create: async () => {
    subject = await createNodeSubject(models, createReader());
    return subject.foundation;
  },
  dispose: () => subject.dispose(),
});
