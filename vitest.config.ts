import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { chromium } from 'playwright';
import { defineConfig } from 'vitest/config';
import { unitTests } from './scripts/testing/unit-tests.ts';
import { CHROMIUM_ARGUMENTS, findBrowser } from './tooling/browser.mjs';
import { embeddedModels } from './tooling/vite-models.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from './tooling/vite-shared.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const nodeConditions = ['@nearfield/source', 'node'];
/** Milliseconds that a test waits for an event at most: only a failure takes this long. */
const LONG = 60_000;
/** Factor by which the threads of pages are slowed down. */
const throttle = Number(process.env.NEARFIELD_THROTTLE ?? 1);
const browser = findBrowser(() => chromium.executablePath());
const { fast, slow } = unitTests();

const seededProperties = fileURLToPath(new URL('./scripts/testing/seeded-fast-check.ts', import.meta.url));

/** A project of tests that run in Node. */
const inNode = (test: { name: string; include: string[]; globalSetup?: string; pool?: 'threads' }) => ({
  root,
  plugins: [
    {
      name: 'seeded-properties',
      enforce: 'pre' as const,
      resolveId: (id: string, importer: string | undefined) =>
        id === 'fast-check' && importer !== seededProperties ? seededProperties : undefined,
    },
  ],
  resolve: { conditions: nodeConditions },
  ssr: { resolve: { conditions: nodeConditions } },
  test: {
    ...test,
    environment: 'node',
    testTimeout: LONG,
    hookTimeout: LONG,
    expect: { poll: { timeout: LONG } },
  },
});

export default defineConfig({
  test: {
    projects: [
      inNode({ name: 'node', include: fast, pool: 'threads' }),
      inNode({
        name: 'node-models',
        include: slow,
        globalSetup: './packages/core/test/build-embedded-model.ts',
      }),
      {
        root,
        plugins: embeddedModels(),
        resolve: { conditions: BROWSER_CONDITIONS },
        server: { headers: ISOLATION_HEADERS, fs: { allow: [root] } },
        // Workers are started by URL: the scan for dependencies does not find them by itself, and one found
        // late reloads the page under a running test.
        optimizeDeps: {
          exclude: ['onnxruntime-web'],
          entries: [
            'packages/*/{src,test}/**/*.browser.test.ts',
            'packages/core/src/worker/*.ts',
            'packages/transformers/src/worker.ts',
          ],
        },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          globalSetup: './packages/core/test/build-embedded-model.ts',
          include: ['packages/*/{src,test}/**/*.browser.test.ts', 'demo/src/**/*.browser.test.ts'],
          testTimeout: 240_000,
          provide: { throttle },
          setupFiles: throttle > 1 ? ['./scripts/testing/throttle-page.ts'] : [],
          hookTimeout: LONG,
          expect: { poll: { timeout: LONG } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(browser ? { executablePath: browser } : {}),
                args: CHROMIUM_ARGUMENTS,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
