/** The packed packages, used from outside of the repository: as plain files, through a bundler, and in Node. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, type Page, test } from '@playwright/test';
import { makeConsumer, type StaticServer, serveStatic } from '../support/consumer.ts';
import { codeBlocks } from '../toolchains/recipes.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const models = join(repository, 'packages/models/minilm/dist');

/** What an application writes. The result is left on the page for the test to read. */
const APPLICATION = `
import { createLocal } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import { FoundationError } from '@nearfield/spec';

const foundation = createLocal({
  device: 'wasm',
  models: [{ id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/', dtypes: ['q8'] }],
});
const { data, usage } = await foundation.embeddings({
  model: 'all-MiniLM-L6-v2',
  input: [
    'A man is eating a plate of pasta.',
    'Someone is having spaghetti for dinner.',
    'The stock market fell sharply on Monday.',
  ],
});
const cosine = (a, b) => a.embedding.reduce((sum, value, index) => sum + value * b.embedding[index], 0);
const { device } = await foundation.capabilities();
await foundation.close();
const remote = createRemote({ apiKey: 'none', baseUrl: location.origin });
const refused = await remote.embeddings({ model: 'jina-embeddings-v3', input: [] }).catch((error) => error);
globalThis.result = {
  near: cosine(data[0], data[1]),
  far: cosine(data[0], data[2]),
  tokens: usage.total_tokens,
  device: device.device,
  threads: device.threads,
  typedError: FoundationError.isInstance(refused),
};
`;

interface Result {
  near: number;
  far: number;
  tokens: number;
  device: string;
  threads: number;
  typedError: boolean;
}

let project: string;
let server: StaticServer | undefined;

test.beforeAll(async () => {
  project = await makeConsumer();
  // What a server's project has beside the packages.
  await mkdir(join(project, 'node_modules/@types'), { recursive: true });
  const types = join(repository, 'node_modules/@types/node');
  await symlink(types, join(project, 'node_modules/@types/node'), 'junction');
});
test.afterEach(async () => {
  await server?.close();
  server = undefined;
});
test.afterAll(() => rm(project, { recursive: true, force: true }));

/** Opens the application and checks its result and that it asked nobody but its own server. */
async function expectSearch(page: Page, origin: string): Promise<void> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol.startsWith('http') && asked !== origin) problems.push(`asked ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  const failed = page.waitForEvent('pageerror').then((error) => {
    throw new Error(`The application failed: ${error.message}. ${problems.join('; ')}`);
  });
  await page.goto(`${origin}/`);
  const done = page.waitForFunction(() => (globalThis as { result?: Result }).result);
  const handle = await Promise.race([done, failed]);
  failed.catch(() => {});
  const result = await handle.jsonValue();
  // The figures of the float32 model are 0.662 and -0.009; int8 is allowed its rounding.
  expect(result?.near).toBeGreaterThan(0.62);
  expect(result?.near).toBeLessThan(0.7);
  expect(Math.abs(result?.far ?? 1)).toBeLessThan(0.05);
  expect(result).toMatchObject({ tokens: 30, device: 'wasm', typedError: true });
  expect(result?.threads).toBeGreaterThanOrEqual(1);
  expect(problems).toEqual([]);
}

test('plain static files run without a bundler, under a content security policy', async ({ page }) => {
  const importMap = JSON.stringify({
    imports: {
      '@nearfield/core': '/node_modules/@nearfield/core/dist/index.js',
      '@nearfield/remote': '/node_modules/@nearfield/remote/dist/index.js',
      '@nearfield/spec': '/node_modules/@nearfield/spec/dist/index.js',
      '@nearfield/spec/implement': '/node_modules/@nearfield/spec/dist/implement.js',
      comlink: '/node_modules/comlink/dist/esm/comlink.mjs',
      valibot: '/node_modules/valibot/dist/index.mjs',
    },
  });
  await writeFile(
    join(project, 'index.html'),
    `<!doctype html><title>plain</title><script type="importmap">${importMap}</script>
<script type="module" src="/application.js"></script>`,
  );
  await writeFile(join(project, 'application.js'), APPLICATION);
  const hash = `'sha256-${createHash('sha256').update(importMap).digest('base64')}'`;
  server = await serveStatic(
    { '/models/': models, '/': project },
    { 'Content-Security-Policy': `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' ${hash}` },
  );
  await expectSearch(page, server.origin);
});

test('a Vite build finds the worker and its wasm by itself, once each', async ({ page }) => {
  const app = join(project, 'vite-app');
  await mkdir(app, { recursive: true });
  await writeFile(join(app, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  await writeFile(
    join(app, 'index.html'),
    '<!doctype html><title>built</title><script type="module" src="/application.js"></script>',
  );
  await writeFile(join(app, 'application.js'), APPLICATION);
  const vite = join(repository, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--target', 'es2023'], { cwd: app });

  const assets = await readdir(join(app, 'dist/assets'));
  const wasm = assets
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => name.replace(/-[\w-]{8}\.wasm$/, ''));
  expect(wasm.sort()).toEqual(['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify']);
  server = await serveStatic({ '/models/': models, '/': join(app, 'dist') });
  await expectSearch(page, server.origin);
});

test('every public entry loads in Node and has exports', async () => {
  const specifiers = await publicSpecifiers();
  const script = join(project, 'load.mjs');
  await writeFile(
    script,
    `const counts = {};
for (const name of ${JSON.stringify(specifiers)}) counts[name] = Object.keys(await import(name)).length;
console.log(JSON.stringify(counts));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: project });
  const counts = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(counts).sort()).toEqual([...specifiers].sort());
  const empty = Object.keys(counts).filter((name) => counts[name] === 0);
  expect(empty.filter((name) => !FRAMEWORKS.test(name))).toEqual([]);
});

test('the examples on the first pages of packages run in Node', async () => {
  const folder = join(project, 'node_modules/@nearfield');
  const printed = new Map<string, string>();
  for (const name of await readdir(folder)) {
    const page = await readFile(join(folder, name, 'README.md'), 'utf8');
    const example = codeBlocks(page).find(({ path }) => path === 'example.mjs');
    if (!example) continue;
    const script = join(project, `example-${name}.mjs`);
    await writeFile(script, example.code);
    const env = { ...process.env, FORCE_COLOR: '0' };
    const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: project, env });
    printed.set(name, stdout);
  }
  expect(printed.get('core')).toContain('384');
  for (const name of ['model-minilm', 'model-minilm-reranker']) {
    expect(printed.get(name)).toMatch(/^Store bread in a paper bag\.$/m);
  }
  expect(printed.get('model-minilm-query-table')).toContain('30522 tokens in the space of all-MiniLM-L6-v2');
  expect(printed.get('model-icon-clip')).toContain('onnx/vision_model.onnx');
});

test('Node without onnxruntime-node, or with one that does not load, embeds and says what other models need', async () => {
  const script = join(project, 'compute.mjs');
  await writeFile(
    script,
    `import { createNodeFoundation } from '@nearfield/core/node';
import { directory, MODEL_ID } from '@nearfield/model-minilm';
const models = [{ id: MODEL_ID, source: directory() }];
const foundation = createNodeFoundation({ models, dataDirectory: ${JSON.stringify(join(project, 'data'))} });
const input = ['A man is eating pasta.', 'Someone is having spaghetti for dinner.'];
const { data } = await foundation.embeddings({ model: MODEL_ID, input });
const [a, b] = data.map(({ embedding }) => embedding);
const similarity = a.reduce((sum, value, index) => sum + value * b[index], 0);
const error = await foundation.load('jina-embeddings-v2-small-en').catch((thrown) => thrown);
const { code, status, retryable, message } = error;
console.log(JSON.stringify({ similarity: similarity.toFixed(2), code, status, retryable, message }));
await foundation.close();`,
  );
  const printed = async (program: string): Promise<unknown> =>
    JSON.parse((await promisify(execFile)(process.execPath, [program], { cwd: project })).stdout);
  const fault = () => printed(script);
  // Many texts are shared by threads, and nothing is closed: the process ends by itself.
  const shared = join(project, 'threads.mjs');
  await writeFile(
    shared,
    `import { createNodeFoundation } from '@nearfield/core/node';
import { directory, MODEL_ID } from '@nearfield/model-minilm';
const models = [{ id: MODEL_ID, source: directory() }];
const input = Array.from({ length: 20 }, (_, at) => 'A sentence of its own, number ' + at + ', about bread and pasta. '.repeat(1 + (at % 7)));
const dataDirectory = ${JSON.stringify(join(project, 'data'))};
const answers = new Set();
const workers = {};
for (const threads of [1, 3]) {
  const foundation = createNodeFoundation({ models, threads, dataDirectory });
  for (let running = 0, most = 1; running < most; ) {
    const { data } = await foundation.embeddings({ model: MODEL_ID, input, embedding_type: 'base64' });
    answers.add(JSON.stringify(data));
    const { loaded, device } = await foundation.capabilities();
    workers[threads] = { ...loaded[0].runtime.workers, threads: device.threads };
    ({ running, most } = workers[threads]);
  }
}
console.log(JSON.stringify({ workers, answers: answers.size }));`,
  );
  const helper = join(project, 'node_modules/@nearfield/core/dist/worker-encoder-thread.js');
  const code = { similarity: '0.65', code: 'RUNTIME_NOT_AVAILABLE', status: 503, retryable: false };
  const installed = join(project, 'node_modules/onnxruntime-node');
  const target = await readlink(installed);
  await unlink(installed);
  try {
    expect(await fault()).toEqual({
      ...code,
      message:
        'This model needs the package onnxruntime-node beside @nearfield/core: npm install onnxruntime-node. Without it Node computes the embedded text models alone.',
    });
    const one = { most: 1, running: 1, reason: 'asked for', threads: 1 };
    const three = { most: 3, running: 3, reason: 'asked for', sharesMemory: true, threads: 3 };
    expect(await printed(shared)).toEqual({ workers: { 1: one, 3: three }, answers: 1 });
    await rename(helper, `${helper}.away`);
    try {
      expect(await printed(shared)).toEqual({
        workers: {
          1: one,
          3: {
            ...one,
            reason: expect.stringMatching(/worker-encoder-thread\.js, is missing: copy it from dist\//),
          },
        },
        answers: 1,
      });
    } finally {
      await rename(`${helper}.away`, helper);
    }
    await mkdir(installed);
    await writeFile(
      join(installed, 'package.json'),
      JSON.stringify({ name: 'onnxruntime-node', main: 'index.js' }),
    );
    await writeFile(join(installed, 'index.js'), "module.exports = require('./binding.node');");
    await writeFile(join(installed, 'binding.node'), 'no binary of this system');
    expect(await fault()).toMatchObject({
      ...code,
      message: expect.stringMatching(
        /^The package onnxruntime-node does not load here \(.*binding\.node.*\)\. .*: npm install onnxruntime-node$/,
      ),
    });
  } finally {
    await rm(installed, { recursive: true, force: true });
    await symlink(target, installed, 'junction');
  }
});

/**
 * Types alone, which need their framework beside them (checked in `packages/search/src/frameworks.test-d.ts`), and
 * adapters for libraries whose own types do not hold under these options.
 */
const FRAMEWORKS = /^@nearfield\/(search\/(react|svelte|vue)|ai-sdk|langchain)$/;
/** Their clients' types do not hold on their own: they bring Node's, and miss the DOM's. */
const ENGINES = /^@nearfield\/search\/engines/;
/** The element extends a class of the DOM. */
const PAGES = /^@nearfield\/search\/(element$|engines)/;

const BUNDLER = { module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: true };
/** Without exact optional properties, which Node's own types do not bear. */
const SERVER = { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], types: ['node'] };

for (const [name, compiler, options, elsewhere] of [
  ['a page, by a bundler', 'typescript', BUNDLER, ENGINES],
  ['a server without the DOM', 'typescript', SERVER, PAGES],
  ['a server without the DOM', 'typescript-oldest', SERVER, PAGES],
] as const) {
  test(`${compiler} compiles the public types strictly, libraries too: ${name}`, async () => {
    const specifiers = (await publicSpecifiers()).filter(
      (specifier) => !FRAMEWORKS.test(specifier) && !elsewhere.test(specifier),
    );
    const imports = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';`);
    const exported = imports.map((_line, index) => `m${index}`).join(', ');
    const code = `${imports.join('\n')}\nexport const all = [${exported}];\n`;
    await writeFile(join(project, 'types.mts'), code);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.asynciterable'],
      types: [],
      ...options,
    };
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['types.mts'] }),
    );
    const tsc = join(repository, 'node_modules', compiler, 'bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', '.'], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
}

/** What applications can import: every entry of every package but plain files, such as the workers. */
async function publicSpecifiers(): Promise<string[]> {
  const folder = join(project, 'node_modules/@nearfield');
  const specifiers: string[] = [];
  for (const name of await readdir(folder)) {
    const manifest = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8')) as {
      name: string;
      exports: Record<string, unknown>;
    };
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'object') specifiers.push(manifest.name + subpath.slice(1));
    }
  }
  return specifiers;
}
