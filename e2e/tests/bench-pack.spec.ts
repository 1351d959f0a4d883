/** The parts of a packed benchmark that need no build of the whole page: its server, its browser, its jobs, its report. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { chromium, expect, test } from '@playwright/test';
import { build } from 'vite';
import { findBrowser } from '../../tooling/browser.mjs';
import { SOFTWARE, visit } from '../bench/pack/browser.ts';
import { jobsOf, type Pack } from '../bench/pack/plan.ts';
import { summaryOf } from '../bench/pack/report.ts';
import { type PackServer, servePack } from '../bench/pack/serve.ts';

const browser = findBrowser(() => chromium.executablePath()) ?? chromium.executablePath();
const limit = 60_000;

let folder: string;
let server: PackServer;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-pack-test-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: folder,
      lib: {
        entry: fileURLToPath(new URL('../bench/page/run-job.ts', import.meta.url)),
        formats: ['es'],
        fileName: () => 'run-job.js',
      },
    },
  });
  // As in a pack, where large files lie compressed.
  const script = await readFile(join(folder, 'run-job.js'));
  await rm(join(folder, 'run-job.js'));
  await writeFile(join(folder, 'run-job.js.br'), brotliCompressSync(script));
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><script type="module">
import { runJob } from './run-job.js';
const bench = {
  sum: (left, right) => ({ sum: left + right, isolated: crossOriginIsolated }),
  nothing: async () => undefined,
  failing: () => { throw new RangeError('not here'); },
};
await runJob(bench, new URLSearchParams(location.search).get('job'));
</script>`,
  );
  server = await servePack({ '': folder, models: folder });
});

test.afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a browser that nobody drives answers jobs, and those that fail say why', async () => {
  const answerTo = (name: string, ...parameters: number[]) => {
    const { url, answer } = server.open({ name, parameters });
    return visit({ browser, flags: SOFTWARE, url, limit }, answer);
  };
  expect(await answerTo('sum', 2, 3)).toEqual({ value: { sum: 5, isolated: true } });
  expect(await answerTo('nothing')).toEqual({ value: null });
  expect(await answerTo('failing')).toEqual({ error: 'RangeError: not here' });
});

test('files are those of the folders, and no others', async () => {
  const status = async (path: string) => (await fetch(server.url + path)).status;
  expect(await status('models/index.html')).toBe(200);
  expect(await status('missing.js')).toBe(404);
  expect(await status('..%2f..%2f..%2fetc/hostname')).toBe(404);
  expect(await status('')).toBe(200);
});

test('a browser that cannot be started is named', async () => {
  const { url, answer } = server.open({ name: 'sum', parameters: [] });
  const missing = visit({ browser: join(folder, 'no-browser'), flags: [], url, limit }, answer);
  await expect(missing).rejects.toThrow('ENOENT');
});

test('the plan has every row for every precision, and the report has those that were measured', () => {
  const pack: Pack = {
    model: 'tiny',
    dtypes: ['fp32', 'fp16'],
    goldens: [{ text: 'a', vector: [3, 4] }],
  };
  const jobs = jobsOf(pack, { modelsUrl: '/models/', isSoftware: true });
  expect(new Set(jobs.map(({ key }) => key)).size).toBe(jobs.length);
  for (const row of ['goldens', 'mixed', 'uniform', 'singleQuery', 'builds.jspi', 'warmStart.ours.1']) {
    for (const dtype of pack.dtypes) expect(jobs.map(({ key }) => key)).toContain(`${dtype}.${row}`);
  }
  const summary = summaryOf(pack, {
    'fp32.mixed': { oursMs: [4, 2, 3], peerMs: { 8: [9], 32: [6] }, agreement: 0.99 },
    'fp32.goldens': [[6, 8]],
    'fp32.coldStart.ours.0': 100,
    'fp32.coldStart.transformersJs.0': 250,
    'fp32.builds.jspi': { openMs: 5, singleMs: [1, 2, 3], batchMs: [7] },
  });
  expect(summary).toEqual({
    fp32: {
      mixed: { oursMs: 3, transformersJsMs: 6, transformersJsBatch: 32, ratio: 2, agreement: 0.99 },
      goldens: { mean: 1, min: 1 },
      coldStart: { oursMs: 100, transformersJsMs: 250, ratio: 2.5 },
      builds: { jspi: { openMs: 5, singleP50Ms: 2, batchMs: 7 } },
    },
    fp16: {},
  });
});
