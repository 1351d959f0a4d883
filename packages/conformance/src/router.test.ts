import { createReader } from '@nearfield/reader';
import { createRemote } from '@nearfield/remote';
import { createRouter, type RouterOptions } from '@nearfield/router';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { createNodeSubject, type NodeSubject } from '../test/node-foundation.ts';
import { withoutRoutes } from '../test/without-routes.ts';
import { contractModels } from './models.ts';
import type { ContractOptions } from './subject.ts';
import { contractSuite } from './suite.ts';

/**
 * Every policy has all groups. Each case is tried once, under one of the policies, and the first one of each part under
 * all of them: the default has every other case, the others an eighth each.
 */
const share = (at: number): Pick<ContractOptions, 'share'> => ({ share: { of: 8, at } });

/** Cases about what one place alone has. */
const OF_ONE = [
  'more classifiers than an owner may have are refused',
  // A classifier that was trained at a server keeps its weights there.
  'go elsewhere as JSON, weights only, where that is possible',
  // The list has models of both places, and each describes its own.
  'every entry of the list is found under its id',
];

/** Two of them change the place between calls: answers of both spaces are wanted there. */
const POLICIES: readonly [
  name: string,
  options: Pick<RouterOptions, 'policy' | 'spaces'>,
  Pick<ContractOptions, 'share' | 'except'>,
][] = [
  ['local-first', { policy: 'local-first' }, { share: { of: 2, at: 0 } }],
  ['local-only', { policy: 'local-only' }, share(1)],
  ['remote-first', { policy: 'remote-first' }, { ...share(3), except: OF_ONE }],
  ['fastest', { policy: 'fastest', spaces: 'any' }, { ...share(5), except: OF_ONE }],
  [
    'a function',
    { policy: ({ inputs }) => (inputs > 1 ? ['remote', 'local'] : ['local', 'remote']), spaces: 'any' },
    { ...share(7), except: OF_ONE },
  ],
];

for (const [name, options, part] of POLICIES) {
  const models = contractModels();
  let here: NodeSubject;
  let there: NodeSubject;
  let server: NodeServer;
  contractSuite({
    name: `router over core in Node and a server of another one, ${name}`,
    models,
    ...part,
    create: async () => {
      [here, there] = await Promise.all([
        createNodeSubject(models, createReader()),
        createNodeSubject(models),
      ]);
      server = await createNodeServer(there.foundation, { port: 0, strict: true, urls: undefined });
      return withoutRoutes(
        createRouter({
          local: here.foundation,
          // Limits of one request are those of the engine, wherever it is.
          remote: () => createRemote({ baseUrl: server.url, retries: 0, split: false }),
          ...options,
        }),
      );
    },
    capabilities: () => here.foundation.capabilities(),
    dispose: async () => {
      await server.close();
      await there.foundation.close();
      await Promise.all([here.dispose(), there.dispose()]);
    },
  });
}
