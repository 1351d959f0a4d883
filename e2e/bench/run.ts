/**
 * `npm run bench [-- --quick] [--device wasm|webgpu] [--dtype q8|fp16|fp32] [--threads N] [--json FILE]
 * [--model all-MiniLM-L6-v2|tiny] [--only rerank|starts|not-isolated] [--chromium-args "…"]`: Nearfield and its peers on the same model files, in one
 * production-built page. If WebGPU is only software, the tiny model is used unless another is requested.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { findBrowser } from '../../tooling/browser.mjs';
import { accuracyOf, realTexts } from './accuracy.ts';
import { type BenchServer, buildBenchPage, compressedBytes, serveBenchPage } from './build.ts';
import { BENCH_MODELS, type BenchModel, buildModel } from './models.ts';
import { measureNative } from './native.ts';
import type { Bench } from './page/main.ts';
import type { PeerOptions } from './page/transformers-worker.ts';
import { loadingMemory } from './process-memory.ts';
import { median, percentile, row, spread } from './statistics.ts';

const USAGE = `npm run bench -- [options]: Nearfield against transformers.js and raw onnxruntime-web
npm run bench -- search [options]: search over a manual of 1,900 pages, beside Pagefind and MiniSearch
npm run bench -- serve [options]: the API server under 64 connections
npm run bench -- pack OUT: a folder that measures on another machine, without network and npm

Options:
  --quick                fewer repetitions
  --device wasm|webgpu   default wasm
  --dtype DTYPE          precision of the model's file
  --model ID             another model
  --threads N            threads of the wasm build
  --only rerank          the ranking of 100 documents alone
  --only starts          only starts, and what they download and hold in memory
  --only not-isolated    only a page that is not cross-origin isolated
  --json FILE            where the figures are written, too
  --chromium-args ARGS   further arguments of the browser`;

/** Rows that can be measured alone. */
const ONLY = ['rerank', 'starts', 'not-isolated'];

const { values } = taskArguments(
  USAGE,
  {
    options: {
      quick: { type: 'boolean', default: false },
      device: { type: 'string', default: 'wasm' },
      dtype: { type: 'string' },
      threads: { type: 'string' },
      json: { type: 'string' },
      model: { type: 'string' },
      only: { type: 'string' },
      'chromium-args': { type: 'string', default: '' },
    },
  },
  (parsed) => {
    deviceOf(parsed.values.device);
    const { threads: wanted, only, model } = parsed.values;
    if (only !== undefined && !ONLY.includes(only)) throw new UsageError(`--only is ${ONLY.join(' or ')}.`);
    if (only === 'rerank' && model === 'tiny')
      throw new UsageError('The tiny model has no reranker beside it.');
    if (wanted !== undefined && !/^[1-9]\d?$/.test(wanted)) {
      throw new UsageError(`--threads takes a number from 1 to 99; it was given "${wanted}".`);
    }
  },
);

const device = deviceOf(values.device);
const threads = Number(values.threads ?? Math.min(8, availableParallelism()));
const { quick } = values;

function deviceOf(name: string): PeerOptions['device'] {
  if (name !== 'wasm' && name !== 'webgpu') throw new UsageError('--device is wasm or webgpu.');
  return name;
}

/** The plan of the run, once the adapter is known. */
interface Plan {
  model: BenchModel;
  dtype: PeerOptions['dtype'];
  /** The reason for this model, if it was not requested. */
  note: string;
  size: Size;
}

/** Texts and rounds: enough for a median, few enough for its time. */
interface Size {
  texts: number;
  rounds: number;
  queries: number;
  starts: number;
  main: number;
  scaling: number[];
  invariance: number;
  /** Batch sizes that transformers.js is tried with. 32 is that of its documentation. */
  batches: Record<'mixed' | 'uniform', number[]>;
}

function sizeOf(isSoftware: boolean): Size {
  if (isSoftware) {
    const batches = { mixed: [8, 32], uniform: [8, 32] };
    return quick
      ? { texts: 48, rounds: 3, queries: 15, starts: 3, main: 96, scaling: [10, 50], invariance: 12, batches }
      : {
          texts: 96,
          rounds: 3,
          queries: 30,
          starts: 5,
          main: 200,
          scaling: [10, 100, 300],
          invariance: 24,
          batches,
        };
  }
  const batches =
    device === 'webgpu'
      ? { mixed: [32, 256], uniform: [32, 256] }
      : { mixed: quick ? [1, 32] : [1, 8, 32], uniform: [1, 32] };
  return quick
    ? { texts: 64, rounds: 3, queries: 30, starts: 3, main: 200, scaling: [10, 100], invariance: 24, batches }
    : {
        texts: 256,
        rounds: 3,
        queries: 100,
        starts: 7,
        main: 1000,
        scaling: [10, 100, 1000, 10000],
        invariance: 48,
        batches,
      };
}

function planFor(adapter: { name: string; isSoftware: boolean } | undefined): Plan {
  if (device === 'webgpu' && !adapter) {
    throw new Error('This browser has no WebGPU adapter. --chromium-args may switch one on.');
  }
  const isSoftware = device === 'webgpu' && adapter!.isSoftware;
  const asked = values.model;
  const model =
    asked === undefined ? BENCH_MODELS[isSoftware ? 1 : 0]! : BENCH_MODELS.find((id) => id === asked);
  if (!model) throw new Error(`--model is ${BENCH_MODELS.join(' or ')}.`);
  const dtype = values.dtype ?? (device === 'wasm' && model !== 'tiny' ? 'q8' : 'fp32');
  if (dtype !== 'q8' && dtype !== 'fp16' && dtype !== 'fp32') {
    throw new Error('--dtype is q8, fp16 or fp32.');
  }
  if (model === 'tiny' && dtype !== 'fp32') throw new Error('The tiny model is float32 only: --dtype fp32.');
  const why = isSoftware && asked === undefined ? ', taken because this adapter computes in software' : '';
  return {
    model,
    dtype,
    note: model === 'tiny' ? `model tiny (2 layers, 32 wide, weights from a seed${why})` : `model ${model}`,
    size: sizeOf(isSoftware),
  };
}

const browserArgs = ['--enable-unsafe-webgpu', ...values['chromium-args'].split(' ').filter(Boolean)];
const executablePath = findBrowser(() => chromium.executablePath());

/** A page in a browser of its own. With a profile the browser keeps what earlier ones of that profile cached. */
async function withPage<Value>(
  server: BenchServer,
  work: (page: Page) => Promise<Value>,
  { profile, address = '' }: { profile?: string | undefined; address?: string } = {},
): Promise<Value> {
  const options = { ...(executablePath && { executablePath }), args: browserArgs };
  const browser = profile === undefined ? await chromium.launch(options) : undefined;
  const context = browser
    ? await browser.newContext()
    : await chromium.launchPersistentContext(profile!, options);
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(`${server.url}${address}`);
    return await work(page);
  } finally {
    await context.close();
    await browser?.close();
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
  await buildBenchPage();
  const server = await serveBenchPage();
  const report: Record<string, unknown> = { device, threads };
  try {
    const adapter = await withPage(server, (page) => call(page, 'adapter'));
    const { model, dtype, note, size } = planFor(adapter);
    await buildModel(model);
    const options: PeerOptions = { device, dtype, threads, modelsUrl: `${server.url}models/`, model };
    Object.assign(report, { dtype, model, date: new Date().toISOString() });
    const facts = await withPage(server, (page) => call(page, 'capabilities', options));
    report.environment = { ...facts, adapter, note };
    report.runtime = facts.loaded?.[0]?.runtime;
    console.log(
      row(
        'Environment',
        `${device} ${dtype}, ${facts.device?.threads} threads, ${facts.device?.adapter ?? 'no adapter'}; ${note}; ${facts.userAgent.match(/Chrom\S+/)?.[0]}; Node ${process.version}`,
      ),
    );

    if (values.only) {
      if (values.only === 'rerank') await rerank(server, options, size.rounds, report);
      else if (values.only === 'starts') await startRows(server, options, size.starts, report);
      else await notIsolated(options, size, report);
      return;
    }
    for (const kind of ['mixed', 'uniform'] as const) {
      const batches = size.batches[kind];
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

    const words = model === 'tiny' ? 12 : 250;
    const long = await withPage(server, (page) =>
      call(page, 'singleQuery', options, Math.ceil(size.queries / 2), words),
    );
    const [longMs, longRawMs] = [median(long.oursMs), median(long.rawMs)];
    report.longText = { words, oursP50Ms: longMs, rawOrtP50Ms: longRawMs, ratio: longMs / longRawMs };
    console.log(
      row(
        `One text of ${words} words`,
        `ours p50 ${longMs.toFixed(1)} ms; raw onnxruntime-web p50 ${longRawMs.toFixed(1)} ms; ${(longMs / longRawMs).toFixed(2)}× raw`,
      ),
    );

    const texts = await realTexts(model);
    const vectors = await withPage(server, (page) => call(page, 'vectors', options, texts));
    const accuracy = await accuracyOf(model, texts, vectors);
    report.accuracy = accuracy;
    console.log(
      row(
        'Accuracy',
        `cosine to float32 over ${accuracy.texts} paragraphs: mean ${accuracy.mean.toFixed(5)}, least ${accuracy.min.toFixed(5)}`,
      ),
    );
    // The reranker has no tiny twin here.
    if (model !== 'tiny') await rerank(server, options, size.rounds, report);

    await startRows(server, options, size.starts, report);
    if (device === 'wasm') await notIsolated(options, size, report);

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

    // onnxruntime-node reads the same file; in float16 it would measure conversions.
    if (dtype === 'fp16') report.nativeLimit = { nativeMs: null, ratio: null };
    else {
      const texts = await withPage(server, (page) => call(page, 'mixedTexts', options, size.texts));
      const native = await measureNative(texts, { model, dtype, threads, rounds: size.rounds });
      const oursMs = (report.throughputMixed as { oursMs: number }).oursMs;
      report.nativeLimit = { nativeMs: native, ratio: oursMs / native };
      console.log(
        row(
          'Native limit',
          `onnxruntime-node with the same engine, on the CPU, ${native.toFixed(0)} ms: the browser takes ${(oursMs / native).toFixed(1)}×`,
        ),
      );
    }
  } finally {
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
    await server.close();
  }
}

/** The way to a first vector: its time, its downloads, its memory. */
async function startRows(
  server: BenchServer,
  options: PeerOptions,
  rounds: number,
  report: Record<string, unknown>,
): Promise<void> {
  await starts(server, options, rounds, report);
  report.firstBytes = await firstBytes(server, options);
  console.log(
    row('First bytes', `${kilobytes(report.firstBytes as number)} before the first vector, model apart`),
  );
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
}

/** 100 documents of 128 tokens each: one window of the reranker. */
async function rerank(
  server: BenchServer,
  options: PeerOptions,
  rounds: number,
  report: Record<string, unknown>,
): Promise<void> {
  const [documents, tokens] = [100, 128];
  const found = await withPage(server, (page) =>
    call(page, 'rerank', options, { documents, tokens, rounds: Math.min(3, rounds) }),
  );
  const [oursMs, rawOrtMs] = [median(found.oursMs), median(found.rawMs)];
  const { sameFirstTen, runtime } = found;
  const withEmbedderMs = median(found.withEmbedderMs);
  const ratio = oursMs / rawOrtMs;
  report.rerank100 = { documents, tokens, oursMs, rawOrtMs, ratio, withEmbedderMs, sameFirstTen, runtime };
  console.log(
    row(
      `Rerank ${documents} × ${tokens} tokens`,
      `ours ${oursMs.toFixed(0)} ms, on ${runtime?.name}; raw onnxruntime-web ${rawOrtMs.toFixed(0)} ms; ${ratio.toFixed(2)}× raw; ${sameFirstTen} of the first ten are the same; with its embedder, which computes them once more, ${withEmbedderMs.toFixed(0)} ms`,
    ),
  );
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

/** What a first visit downloads for its first vector, the benchmark's page with it: compressed, without the model's files. */
async function firstBytes(server: BenchServer, options: PeerOptions): Promise<number> {
  server.asked.clear();
  const address = `first-vector.html#${encodeURIComponent(JSON.stringify(options))}`;
  await withPage(server, (page) => page.waitForSelector('[data-first-vector]', { state: 'attached' }), {
    address,
  });
  return compressedBytes(server.asked);
}

/**
 * A page that is not cross-origin isolated, as most are. A runtime has one thread of WebAssembly there; the encoder has
 * workers with a memory each, and is measured with one of them, too.
 */
async function notIsolated(
  given: PeerOptions,
  { batches, texts, rounds, queries }: Size,
  report: Record<string, unknown>,
): Promise<void> {
  const server = await serveBenchPage(false);
  try {
    const all = { ...given, modelsUrl: `${server.url}models/` };
    const alone = { ...all, threads: 1 };
    const mixed = (options: PeerOptions, tried: number[]) =>
      withPage(server, (page) =>
        call(page, 'throughput', options, 'mixed', { texts, rounds, batches: tried }),
      );
    const { loaded } = await withPage(server, (page) => call(page, 'capabilities', all));
    const found = await mixed(all, batches.mixed);
    const foundAlone = await mixed(alone, batches.mixed);
    const single = await withPage(server, (page) => call(page, 'singleQuery', alone, queries));
    const [oursMs, oneWorkerMs] = [median(found.oursMs), median(foundAlone.oursMs)];
    // Its one thread in both rounds.
    const transformersJsMs = Math.min(
      ...batches.mixed.map((batch) => median([...found.peerMs[batch]!, ...foundAlone.peerMs[batch]!])),
    );
    const [p50Ms, rawP50Ms] = [median(single.oursMs), median(single.rawMs)];
    const bytes = await firstBytes(server, all);
    const runtime = loaded?.[0]?.runtime;
    report.notIsolated = {
      texts,
      oursMs,
      oneWorkerMs,
      transformersJsMs,
      ratio: transformersJsMs / oursMs,
      agreement: found.agreement,
      singleQuery: { oursP50Ms: p50Ms, rawOrtP50Ms: rawP50Ms, ratio: p50Ms / rawP50Ms },
      firstBytes: bytes,
      runtime,
    };
    console.log(
      row(
        'Without isolation',
        `${runtime?.name}, ${runtime?.workers?.most ?? 1} workers: mixed ${oursMs.toFixed(0)} ms, with one ${oneWorkerMs.toFixed(0)} ms (${(oneWorkerMs / oursMs).toFixed(2)}×), transformers.js at its best ${transformersJsMs.toFixed(0)} ms, ${(transformersJsMs / oursMs).toFixed(2)}×; single query ${p50Ms.toFixed(1)} ms, raw onnxruntime-web ${rawP50Ms.toFixed(1)} ms, ${(p50Ms / rawP50Ms).toFixed(2)}× raw; ${kilobytes(bytes)} before the first vector`,
      ),
    );
  } finally {
    await server.close();
  }
}

/** Whose first vector is timed: ours, the same engine with onnxruntime in the encoder's place, and the peer's. */
const STARTS = ['ours', 'onnxruntime', 'transformers'] as const;
type StartKind = (typeof STARTS)[number];

/**
 * Cold: a browser's first visit, nothing cached anywhere. Warm: a later visit in a new browser with the same profile,
 * so that scripts, model and compiled code may be cached on disk, but nothing is in memory. Alternating.
 */
async function starts(
  server: BenchServer,
  options: PeerOptions,
  rounds: number,
  report: Record<string, unknown>,
): Promise<void> {
  const kinds = device === 'wasm' ? STARTS : STARTS.filter((kind) => kind !== 'onnxruntime');
  const visit = (kind: StartKind, profile?: string): Promise<number> =>
    withPage(
      server,
      async (page) => {
        // The browser has its own start to finish first.
        await page.waitForTimeout(1000);
        if (kind === 'transformers') return call(page, 'startTransformers', options);
        return call(page, 'startOurs', options, kind === 'onnxruntime' ? 'onnxruntime' : 'default');
      },
      { profile },
    );
  const timesOf = (): Record<StartKind, number[]> => ({ ours: [], onnxruntime: [], transformers: [] });
  const [cold, warm] = [timesOf(), timesOf()];
  for (let round = 0; round < Math.ceil(rounds / 2); round++) {
    for (const kind of kinds) cold[kind].push(await visit(kind));
  }
  const profile = await mkdtemp(join(tmpdir(), 'nearfield-bench-'));
  try {
    for (const kind of kinds) await visit(kind, profile);
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) warm[kind].push(await visit(kind, profile));
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
  for (const [name, times] of [
    ['coldStart', cold],
    ['warmStart', warm],
  ] as const) {
    const oursMs = median(times.ours);
    const transformersJsMs = median(times.transformers);
    const known = times.onnxruntime.length > 0;
    const onnxruntimeMs = known ? median(times.onnxruntime) : null;
    const ratioOnnxruntime = onnxruntimeMs === null ? null : oursMs / onnxruntimeMs;
    const ratio = transformersJsMs / oursMs;
    report[name] = { oursMs, transformersJsMs, ratio, onnxruntimeMs, ratioOnnxruntime };
    const before = known
      ? `; the same engine with onnxruntime ${onnxruntimeMs!.toFixed(0)} ms ±${spread(times.onnxruntime).toFixed(0)}, ${ratioOnnxruntime!.toFixed(2)}× its time`
      : '';
    console.log(
      row(
        name === 'coldStart' ? 'Cold start' : 'Warm start',
        `ours ${oursMs.toFixed(0)} ms ±${spread(times.ours).toFixed(0)}, transformers.js ${transformersJsMs.toFixed(0)} ms ±${spread(times.transformers).toFixed(0)} to the first vector; ${ratio.toFixed(2)}×${before}`,
      ),
    );
  }
}

await main();
