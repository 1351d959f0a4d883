/** Bundlers, and pages without one. */
import type { Consumer } from './consumer.ts';

const vite = (version: string, isUsual: boolean): Consumer => ({
  id: `vite-${version.split('.')[0]}`,
  recipe: 'Vite',
  packages: { vite: version },
  ways: [
    { name: 'dev', serve: ({ port }) => `vite --host 127.0.0.1 --port ${port} --strictPort` },
    { name: 'build', build: ['vite build'], site: 'dist' },
  ],
  isUsual,
});

export const BUNDLERS: readonly Consumer[] = [
  vite('5.4.21', true),
  vite('8.4.0', true),
  {
    id: 'webpack',
    recipe: 'webpack and rspack',
    packages: { webpack: '5.113.0', 'webpack-cli': '6.0.1' },
    ways: [{ name: 'build', build: ['webpack'], site: 'public' }],
    isUsual: true,
  },
  {
    id: 'esbuild',
    recipe: 'esbuild',
    packages: { esbuild: '0.28.2' },
    ways: [{ name: 'build', site: 'public' }],
    isUsual: true,
  },
  {
    id: 'html',
    recipe: 'Plain HTML',
    packages: {},
    ways: [{ name: 'static files', site: '.' }],
    isUsual: true,
  },
  vite('4.5.14', false),
  vite('6.4.6', false),
  vite('7.3.8', false),
  {
    id: 'rspack',
    recipe: 'webpack and rspack',
    packages: { '@rspack/core': '2.3.3', '@rspack/cli': '2.2.8' },
    ways: [{ name: 'build', build: ['rspack build --config webpack.config.js'], site: 'public' }],
    isUsual: false,
  },
  {
    id: 'rsbuild',
    recipe: 'Rsbuild',
    packages: { '@rsbuild/core': '2.3.2' },
    ways: [
      { name: 'dev', serve: ({ port }) => `rsbuild dev --host 127.0.0.1 --port ${port}` },
      { name: 'build', build: ['rsbuild build'], site: 'dist' },
    ],
    isUsual: false,
  },
  {
    id: 'yarn-pnp',
    recipe: 'Yarn Plug’n’Play',
    filesOf: 'Vite',
    packages: { '@yarnpkg/cli-dist': '4.18.1' },
    // Its Vite is written into the project.
    installs: true,
    scaffold: {
      'package.json': JSON.stringify({ name: 'pnp', private: true, dependencies: { vite: '8.3.8' } }),
      // Without it the project would be part of the one above.
      'yarn.lock': '',
    },
    ways: [
      { name: 'dev', serve: ({ port }) => `yarn vite --host 127.0.0.1 --port ${port} --strictPort` },
      { name: 'build', build: ['yarn vite build'], site: 'dist' },
    ],
    isUsual: false,
  },
  {
    id: 'rollup',
    recipe: 'Rollup',
    packages: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' },
    ways: [{ name: 'build', site: 'public' }],
    isUsual: false,
  },
  {
    id: 'parcel',
    recipe: 'Parcel',
    packages: { parcel: '2.16.4' },
    ways: [{ name: 'build', build: ['parcel build index.html --dist-dir dist'], site: 'dist' }],
    isUsual: false,
  },
];
