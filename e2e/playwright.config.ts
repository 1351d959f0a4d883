import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, findBrowser } from '../tooling/browser.mjs';

const executablePath = findBrowser();
const port = Number(process.env.NEARFIELD_E2E_PORT ?? 41739);

/** The built demo in a real Chromium: `npm test -- --only e2e` builds it first. */
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // Files of tests side by side: much of their time a page starts, a bundler builds or a browser opens on one core. More
  // than two would wait for each other, as models run on the CPU, and WebGPU in software.
  workers: Math.min(2, availableParallelism()),
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  // Tests wait for events, so only a failure takes this long, even on a busy machine.
  timeout: 240_000,
  globalTimeout: 120 * 60_000,
  expect: { timeout: 60_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  use: {
    baseURL: `http://localhost:${port}`,
    browserName: 'chromium',
    launchOptions: { ...(executablePath && { executablePath }), args: CHROMIUM_ARGUMENTS },
    trace: 'retain-on-failure',
    // Routes of a test do not see what a service worker fetches, and a page of the demo would be kept from one test's
    // navigation to the next. Tests whose subject it is allow it.
    serviceWorkers: 'block',
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --strictPort --port ${port}`,
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    url: `http://localhost:${port}/`,
    timeout: 120_000,
  },
});
