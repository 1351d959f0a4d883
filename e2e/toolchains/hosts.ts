/** Runtimes besides the browser, servers of built sites, extensions, and test runners. */
import { type Consumer, HAS_NODE_22, NODE_22 } from './consumer.ts';

/** Started by wrangler, whose own runtime is Cloudflare's. */
const WORKERD: Consumer = {
  id: 'workerd',
  recipe: 'Cloudflare Workers',
  packages: { wrangler: '4.164.0', ...NODE_22 },
  // Beside others it would find their onnxruntime-node, which it cannot take in.
  installs: true,
  scaffold: { 'package.json': JSON.stringify({ name: 'workerd', private: true, type: 'module' }) },
  ways: [
    {
      name: 'local',
      serve: ({ port, files }) => `wrangler dev --ip 127.0.0.1 --port ${port} --var FILES:${files}`,
    },
    {
      name: 'remote',
      serve: ({ port, second }) =>
        `sh -c "nearfield serve --port ${second} & exec wrangler dev --config remote.jsonc --ip 127.0.0.1 --port ${port} --var NEARFIELD:http://127.0.0.1:${second}"`,
    },
  ],
  isUsual: false,
};

export const HOSTS: readonly Consumer[] = [
  {
    id: 'bun',
    recipe: 'Bun',
    filesOf: 'Node',
    packages: { bun: '1.4.5' },
    installs: true,
    // Its installation script, which fetches nothing: the binary is a package.
    prepare: ['node node_modules/bun/install.js'],
    ways: [{ name: 'run', run: 'bun embed.mjs', prints: true }],
    isUsual: false,
  },
  {
    id: 'deno',
    recipe: 'Deno',
    filesOf: 'Node',
    packages: { deno: '2.9.6' },
    installs: true,
    ways: [{ name: 'run', run: 'deno run --allow-read --allow-env --allow-sys embed.mjs', prints: true }],
    isUsual: false,
  },
  ...(HAS_NODE_22 ? [WORKERD] : []),
  {
    id: 'nginx',
    recipe: 'nginx',
    filesOf: 'Vite',
    packages: { vite: '8.4.0' },
    ways: [{ name: 'its own types', nginx: 'nginx.conf' }],
    isUsual: false,
  },
  {
    id: 'extension',
    recipe: 'Browser extensions',
    packages: {},
    ways: [
      { name: 'page', extension: 'page' },
      { name: 'background', extension: 'background' },
    ],
    isUsual: true,
  },
  {
    id: 'jest',
    recipe: 'Jest and Vitest',
    packages: { jest: '30.5.2', 'jest-environment-jsdom': '30.5.2' },
    ways: [
      { name: 'node', run: 'NODE_OPTIONS=--experimental-vm-modules jest' },
      { name: 'jsdom', run: 'NODE_OPTIONS=--experimental-vm-modules jest --env jsdom' },
    ],
    isUsual: false,
  },
  {
    id: 'vitest',
    recipe: 'Jest and Vitest',
    packages: { vitest: '4.1.12', jsdom: '27.0.0', 'happy-dom': '20.0.0' },
    ways: ['node', 'jsdom', 'happy-dom'].map((name) => ({
      name,
      run: `vitest run --globals --environment ${name}`,
    })),
    isUsual: false,
  },
];
