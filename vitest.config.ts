import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { chromium } from 'playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, findBrowser } from './scripts/browser.mjs';
import { browserConditions, isolationHeaders } from './scripts/vite-shared.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const nodeConditions = ['@nearfield/source', 'node'];
const browser = findBrowser(() => chromium.executablePath());

export default defineConfig({
  test: {
    projects: [
      {
        root,
        resolve: { conditions: nodeConditions },
        ssr: { resolve: { conditions: nodeConditions } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'demo/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        root,
        resolve: { conditions: browserConditions },
        server: { headers: isolationHeaders, fs: { allow: [root] } },
        optimizeDeps: { exclude: ['onnxruntime-web'] },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          include: ['packages/*/src/**/*.browser.test.ts', 'demo/src/**/*.browser.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(browser ? { executablePath: browser } : {}),
                args: chromiumArguments,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
