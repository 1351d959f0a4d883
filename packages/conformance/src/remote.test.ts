import { createRemote } from '@nearfield/remote';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { createNodeSubject, type NodeSubject } from '../test/node-foundation.ts';
import { contractModels } from './models.ts';
import { contractSuite } from './suite.ts';

const models = contractModels();
let subject: NodeSubject;
let server: NodeServer;

contractSuite({
  name: 'remote over HTTP against the server over core in Node',
  models,
  splits: true,
  create: async () => {
    subject = await createNodeSubject(models);
    server = await createNodeServer(subject.foundation, {
      port: 0,
      apiKeys: ['jina_contract'],
      // The contract alone: nothing is made fit, and addresses are the foundation's to read.
      strict: true,
      urls: undefined,
    });
    return createRemote({ baseUrl: server.url, apiKey: 'jina_contract', retries: 0 });
  },
  capabilities: () => subject.foundation.capabilities(),
  dispose: async () => {
    await server.close();
    await subject.foundation.close();
    await subject.dispose();
  },
});
