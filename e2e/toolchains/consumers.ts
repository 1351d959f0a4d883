/** Who builds with Nearfield: toolchains, the versions that are tried, and how each serves the page. */

/** One way in which a toolchain brings the page to a browser. */
export interface Way {
  readonly name: string;
  /** Commands that are run in the project's folder first, as npm scripts would run them. */
  readonly build?: readonly string[];
  /** Folder to serve with the strict policy, once it is built. */
  readonly site?: string;
  /** Or a command that serves by itself, at a port. */
  readonly serve?: (port: number) => string;
}

/** A toolchain with the versions that are tried. */
export interface Consumer {
  /** Name of the project's folder. */
  readonly id: string;
  /** Heading in docs/toolchains.md. */
  readonly recipe: string;
  /** What is installed besides the packages of the recipe. */
  readonly packages: Readonly<Record<string, string>>;
  readonly ways: readonly Way[];
  /** Whether `npm test` runs it; `npm run toolchains` runs all. */
  readonly isUsual: boolean;
}

const vite = (version: string, isUsual: boolean): Consumer => ({
  id: `vite-${version.split('.')[0]}`,
  recipe: 'Vite',
  packages: { vite: version },
  ways: [
    { name: 'dev', serve: (port) => `vite --host 127.0.0.1 --port ${port} --strictPort` },
    { name: 'build', build: ['vite build'], site: 'dist' },
  ],
  isUsual,
});

export const CONSUMERS: readonly Consumer[] = [
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
    id: 'next',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [{ name: 'build', build: ['next build'], serve: (port) => `next start -H 127.0.0.1 -p ${port}` }],
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
    id: 'next-webpack',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [
      { name: 'dev', serve: (port) => `next dev --webpack -H 127.0.0.1 -p ${port}` },
      {
        name: 'build',
        build: ['next build --webpack'],
        serve: (port) => `next start -H 127.0.0.1 -p ${port}`,
      },
    ],
    isUsual: false,
  },
  {
    id: 'next-turbopack',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [{ name: 'dev', serve: (port) => `next dev -H 127.0.0.1 -p ${port}` }],
    isUsual: false,
  },
  {
    id: 'rollup',
    recipe: 'Rollup',
    packages: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' },
    ways: [{ name: 'build', site: 'public' }],
    isUsual: false,
  },
];
