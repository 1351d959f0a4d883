import { createRemote } from '@nearfield/remote';
import { createRouter, type Policy } from '@nearfield/router';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import type { SearchFoundation } from '@nearfield/spec';
import { createNodeSubject, type NodeSubject } from '../test/node-foundation.ts';
import { contractModels } from './models.ts';
import type { ContractGroup } from './subject.ts';
import { contractSuite } from './suite.ts';

/** What the router itself has a part in. Requests are checked by the places, which pass the whole suite. */
const OWN: readonly ContractGroup[] = ['capabilities', 'batches', 'closing'];
/** Of two places with limits and lists of their own, these tell only what the first one has. */
const OF_ONE: readonly ContractGroup[] = [...OWN, 'train', 'models'];

const POLICIES: readonly [Policy, readonly ContractGroup[]][] = [
  ['local-first', [...OF_ONE, 'embeddings', 'rerank', 'classify', 'itemErrors', 'calls']],
  ['local-only', OF_ONE],
  ['remote-first', OWN],
  ['fastest', OWN],
];

for (const [policy, groups] of POLICIES) {
  const models = contractModels();
  let here: NodeSubject;
  let there: NodeSubject;
  let server: NodeServer;
  contractSuite({
    name: `router over core in Node and a server of another one, ${policy}`,
    models,
    groups,
    create: async (): Promise<SearchFoundation> => {
      [here, there] = await Promise.all([createNodeSubject(models), createNodeSubject(models)]);
      server = await createNodeServer(there.foundation, { port: 0, strict: true, urls: undefined });
      return createRouter({
        local: here.foundation,
        remote: () => createRemote({ baseUrl: server.url, retries: 0 }),
        policy,
      });
    },
    capabilities: () => here.foundation.capabilities(),
    dispose: async () => {
      await server.close();
      await there.foundation.close();
      await Promise.all([here.dispose(), there.dispose()]);
    },
  });
}
