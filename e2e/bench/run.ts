/**
 * `npm run bench [-- --quick] [--device wasm|webgpu] [--dtype q8|fp16|fp32] [--threads N] [--json FILE]
 * [--chromium-args "…"]`: Nearfield and its peers on the same model files, in one production-built page.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright';
import { findBrowser } from '../../scripts/browser.mjs';
import { type BenchServer, buildBenchPage, serveBenchPage } from './build.ts';
import { measureNative } from './native.ts';
import type { Bench } from './page/main.ts';
import type { PeerOptions } from './page/transformers-worker.ts';
import { loadingMemory } from './process-memory.ts';
import { median, percentile, row, spread } from './statistics.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    device: { type: 'string', default: 'wasm' },
    dtype: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'string' },
    model: { type: 'string', default: 'all-MiniLM-L6-v2' },
    'chromium-args': { type: 'string', default: '' },
  },
});

const device = values.device;
if (device !== 'wasm' && device !== 'webgpu') throw new Error('--device is wasm or webgpu.');
const dtype = values.dtype ?? (device === 'wasm' ? 'q8' : 'fp32');
if (dtype !== 'q8' && dtype !== 'fp16' && dtype !== 'fp32') throw new Error('--dtype is q8, fp16 or fp32.');
const threads = Number(values.threads ?? Math.min(8, availableParallelism()));
const { quick, model } = values;

/** Texts and rounds: enough for a median, few enough for its time. */
const size = quick
  ? { texts: 64, rounds: 3, queries: 30, starts: 3, main: 200, scaling: [10, 100], invariance: 24 }
  : {
      texts: 256,
      rounds: 3,
      queries: 100,
      starts: 7,
      main: 1000,
      scaling: [10, 100, 1000, 10000],
      invariance: 48,
    };

const browserArgs = ['--enable-unsafe-webgpu', ...values['chromium-args'].split(' ').filter(Boolean)];
const executablePath = findBrowser(() => chromium.executablePath());

async function withPage<Value>(
  server: BenchServer,
  work: (page: Page, context: BrowserContext) => Promise<Value>,
) {
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: browserArgs });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(server.url);
    return await work(page, context);
  } finally {
    await browser.close();
  }
}

/** Calls a function of the page's `bench` object. */
async function call<Name extends keyof Bench>(
  page: Page,
  name: Name,
  ...parameters: Bench[Name] extends (...parameters: infer Parameters) => unknown ? Parameters : never
): Promise<Bench[Name] extends (...parameters: never[]) => infer Result ? Awaited<Result> : never> {
  return page.evaluate(
    ([method, values_]) =>
      (globalThis as never as { bench: Record<string, (...values: unknown[]) => unknown> }).bench[method]!(
        ...values_,
      ) as never,
    [name, parameters] as const,
  );
}

async function main(): Promise<void> {
  await buildBenchPage(dtype as PeerOptions['dtype']);
  const server = await serveBenchPage();
  const options: PeerOptions = {
    device,
    dtype,
    threads,
    modelsUrl: `${server.url}models/`,
    model,
  } as PeerOptions;
  const report: Record<string, unknown> = { device, dtype, threads, model, date: new Date().toISOString() };
  try {
    const facts = await withPage(server, (page) => call(page, 'capabilities', options));
    report.environment = facts;
    console.log(
      row(
        'Environment',
        `${device} ${dtype}, ${facts.device?.threads} threads, ${facts.device?.adapter ?? 'no adapter'}; ${facts.userAgent.match(/Chrom\S+/)?.[0]}; Node ${process.version}`,
      ),
    );

    for (const kind of ['mixed', 'uniform'] as const) {
      const batches = device === 'wasm' ? (kind === 'mixed' && !quick ? [1, 8, 32] : [1, 32]) : [32, 256];
      const result = await withPage(server, (page) =>
        call(page, 'throughput', options, kind, { texts: size.texts, rounds: size.rounds, batches }),
      );
      const oursMs = median(result.oursMs);
      const byBatch = batches.map((batch) => ({ batch, ms: median(result.peerMs[batch]!) }));
      const best = byBatch.reduce((least, each) => (each.ms < least.ms ? each : least));
      const batch32 = byBatch.find(({ batch }) => batch === 32)!;
      report[kind === 'mixed' ? 'throughputMixed' : 'throughputUniform'] = {
        texts: size.texts,
        oursMs,
        oursSpread: spread(result.oursMs),
        transformersJsMs: best.ms,
        transformersJsBatch: best.batch,
        transformersJsBatch32Ms: batch32.ms,
        ratio: best.ms / oursMs,
        ratioBatch32: batch32.ms / oursMs,
        realTokens: result.tokens,
        paddedTokens: result.paddedTokens,
        agreement: result.agreement,
      };
      console.log(
        row(
          `Throughput, ${kind} (${size.texts} texts)`,
          `ours ${oursMs.toFixed(0)} ms ±${spread(result.oursMs).toFixed(0)}; transformers.js ${byBatch.map(({ batch, ms }) => `batch ${batch}: ${ms.toFixed(0)} ms`).join(', ')}; ${(best.ms / oursMs).toFixed(2)}× its best, ${(batch32.ms / oursMs).toFixed(2)}× batch 32; least cosine to it ${result.agreement.toFixed(4)}`,
        ),
      );
    }

    const single = await withPage(server, (page) => call(page, 'singleQuery', options, size.queries));
    const ratio = median(single.oursMs) / median(single.rawMs);
    report.singleQuery = {
      oursP50Ms: median(single.oursMs),
      oursP95Ms: percentile(single.oursMs, 0.95),
      rawOrtP50Ms: median(single.rawMs),
      rawOrtP95Ms: percentile(single.rawMs, 0.95),
      ratio,
    };
    console.log(
      row(
        'Single query',
        `ours p50 ${median(single.oursMs).toFixed(1)} ms, p95 ${percentile(single.oursMs, 0.95).toFixed(1)} ms; raw onnxruntime-web p50 ${median(single.rawMs).toFixed(1)} ms; ${ratio.toFixed(2)}× raw`,
      ),
    );

    await starts(server, options, report);

    const memory = await loadingMemory({ executablePath, args: browserArgs, url: server.url, options });
    report.memory = memory;
    console.log(
      row(
        'Memory while loading',
        memory.peakOverModelBytes === null
          ? memory.note
          : `peak ${memory.peakOverModelBytes.toFixed(2)}× the model's ${(memory.modelBytes / 1e6).toFixed(1)} MB`,
      ),
    );

    const longestTaskMs = await withPage(server, (page) => call(page, 'mainThread', options, size.main));
    report.mainThread = { texts: size.main, longestTaskMs };
    console.log(
      row('Main thread', `longest stall ${longestTaskMs.toFixed(0)} ms while embedding ${size.main} texts`),
    );

    const scaling = await withPage(server, (page) => call(page, 'scaling', options, size.scaling));
    report.scaling = scaling;
    console.log(
      row(
        'Scaling',
        scaling
          .map(
            ({ texts, ms, tokens }) =>
              `${texts} texts ${(ms / 1000).toFixed(2)} s (${Math.round(tokens / (ms / 1000))} tokens/s)`,
          )
          .join('; '),
      ),
    );

    const invariance = await withPage(server, (page) => call(page, 'invariance', options, size.invariance));
    report.batchInvariance = { model, dtype, ...invariance };
    console.log(
      row(
        'Batch invariance',
        `least cosine alone vs in a batch: ours ${invariance.ours.toFixed(6)}, transformers.js ${invariance.transformersJs.toFixed(6)}`,
      ),
    );

    if (device === 'wasm') {
      const texts = await withPage(server, (page) => call(page, 'mixedTexts', size.texts));
      const native = await measureNative(texts, {
        dtype: dtype as 'q8' | 'fp32',
        threads,
        rounds: size.rounds,
      });
      const oursMs = (report.throughputMixed as { oursMs: number }).oursMs;
      report.nativeLimit = { nativeMs: native, ratio: oursMs / native };
      console.log(
        row(
          'Native limit',
          `onnxruntime-node with the same engine ${native.toFixed(0)} ms: the browser takes ${(oursMs / native).toFixed(1)}×`,
        ),
      );
    }
  } finally {
    await server.close();
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

/** Cold: nothing cached anywhere. Warm: model and scripts cached, nothing in memory. Alternating. */
async function starts(
  server: BenchServer,
  options: PeerOptions,
  report: Record<string, unknown>,
): Promise<void> {
  const cold = { ours: [] as number[], transformers: [] as number[] };
  const warm = { ours: [] as number[], transformers: [] as number[] };
  for (let round = 0; round < Math.ceil(size.starts / 2); round++) {
    cold.ours.push(await withPage(server, (page) => call(page, 'startOurs', options)));
    cold.transformers.push(await withPage(server, (page) => call(page, 'startTransformers', options)));
  }
  await withPage(server, async (page) => {
    await call(page, 'startOurs', options);
    await call(page, 'startTransformers', options);
    for (let round = 0; round < size.starts; round++) {
      await page.reload();
      warm.ours.push(await call(page, 'startOurs', options));
      await page.reload();
      warm.transformers.push(await call(page, 'startTransformers', options));
    }
  });
  for (const [name, times] of [
    ['coldStart', cold],
    ['warmStart', warm],
  ] as const) {
    const oursMs = median(times.ours);
    const transformersJsMs = median(times.transformers);
    report[name] = { oursMs, transformersJsMs, ratio: transformersJsMs / oursMs };
    console.log(
      row(
        name === 'coldStart' ? 'Cold start' : 'Warm start',
        `ours ${oursMs.toFixed(0)} ms ±${spread(times.ours).toFixed(0)}, transformers.js ${transformersJsMs.toFixed(0)} ms ±${spread(times.transformers).toFixed(0)} to the first vector; ${(transformersJsMs / oursMs).toFixed(2)}×`,
      ),
    );
  }
}

await main();
