/** Frameworks, each with its own builder. */
import { type Consumer, HAS_NODE_22, NODE_22 } from './consumer.ts';

const astro = (version: string, packages: Readonly<Record<string, string>> = {}): Consumer => ({
  id: `astro-${version.split('.')[0]}`,
  recipe: 'Astro',
  packages: { astro: version, ...packages },
  ways: [
    { name: 'dev', serve: ({ port }) => `astro dev --host 127.0.0.1 --port ${port}` },
    {
      name: 'build',
      build: ['astro build'],
      serve: ({ port }) => `astro preview --host 127.0.0.1 --port ${port}`,
    },
  ],
  isUsual: false,
});

const NUXT: Consumer = {
  id: 'nuxt',
  recipe: 'Nuxt',
  packages: { nuxt: '4.5.2', ...NODE_22 },
  ways: [
    { name: 'dev', serve: ({ port }) => `nuxt dev --host 127.0.0.1 --port ${port}` },
    {
      name: 'build',
      build: ['nuxt build'],
      serve: ({ port }) => `env HOST=127.0.0.1 PORT=${port} node .output/server/index.mjs`,
    },
  ],
  isUsual: false,
};

export const FRAMEWORKS: readonly Consumer[] = [
  {
    id: 'next',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [
      { name: 'build', build: ['next build'], serve: ({ port }) => `next start -H 127.0.0.1 -p ${port}` },
    ],
    isUsual: true,
  },
  {
    id: 'next-webpack',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [
      { name: 'dev', serve: ({ port }) => `next dev --webpack -H 127.0.0.1 -p ${port}` },
      {
        name: 'build',
        build: ['next build --webpack'],
        serve: ({ port }) => `next start -H 127.0.0.1 -p ${port}`,
      },
    ],
    isUsual: false,
  },
  {
    id: 'next-turbopack',
    recipe: 'Next',
    packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    ways: [{ name: 'dev', serve: ({ port }) => `next dev -H 127.0.0.1 -p ${port}` }],
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
      { name: 'dev', serve: ({ port }) => `vite dev --host 127.0.0.1 --port ${port} --strictPort` },
      {
        name: 'build',
        build: ['vite build'],
        serve: ({ port }) => `vite preview --host 127.0.0.1 --port ${port} --strictPort`,
      },
    ],
    isUsual: false,
  },
  astro('5.18.2'),
  ...(HAS_NODE_22 ? [astro('7.3.5', NODE_22), NUXT] : []),
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
      { name: 'serve', serve: ({ port }) => `ng serve --host 127.0.0.1 --port ${port}` },
    ],
    isUsual: false,
  },
];
