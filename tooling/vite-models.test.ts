import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedModels, models } from './vite-models.ts';

let directory: string;
let site: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-vite-models-'));
  site = join(directory, 'site');
  for (const folder of ['site', 'first', 'second/onnx'])
    await mkdir(join(directory, folder), { recursive: true });
  await writeFile(join(site, 'index.html'), '<!doctype html><title>site</title>');
  await writeFile(join(directory, 'first/config.json'), '"first"');
  await writeFile(join(directory, 'second/config.json'), '"second"');
  await writeFile(join(directory, 'second/onnx/model.onnx'), 'graph');
  await writeFile(join(directory, 'second/.stamp.json'), '{}');
  for (const path of [
    'second/training/train.py',
    'second/samples/one.png',
    'second/goldens.json',
    'second/README.md',
  ]) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), path);
  }
  const listed = ['config.json', 'onnx/model.onnx', 'training/train.py', 'samples/one.png'].map((path) => ({
    path,
  }));
  await writeFile(join(directory, 'second/manifest.json'), JSON.stringify({ version: 1, files: listed }));
});
afterAll(() => rm(directory, { recursive: true }));

const plugins = () =>
  ['first', 'second'].map((id) => models({ directory: join(directory, id), path: `/models/${id}/` }));

describe('in dev', () => {
  let server: ViteDevServer;
  let url: string;
  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      root: site,
      plugins: plugins(),
      logLevel: 'silent',
      server: { port: 0, host: '127.0.0.1' },
      optimizeDeps: { noDiscovery: true },
    });
    await server.listen();
    url = server.resolvedUrls!.local[0]!;
  });
  afterAll(() => server.close());

  it.each([
    ['models/first/config.json', 200, '"first"'],
    ['models/second/config.json', 200, '"second"'],
    ['models/second/onnx/model.onnx', 200, 'graph'],
    ['models/second/.stamp.json', 404, undefined],
    ['models/first/onnx/model.onnx', 404, undefined],
    ['models/first/../second/config.json', 200, '"second"'],
  ])('%s is %i', async (path, status, body) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(status);
    if (body !== undefined) expect(await response.text()).toBe(body);
  });
});

it('copies of every folder what pages ask for into the build', async () => {
  const outDir = join(directory, 'out');
  await build({ configFile: false, root: site, plugins: plugins(), logLevel: 'silent', build: { outDir } });
  expect((await readdir(join(outDir, 'models'))).sort()).toEqual(['first', 'second']);
  expect(await readFile(join(outDir, 'models/second/onnx/model.onnx'), 'utf8')).toBe('graph');
  expect((await readdir(join(outDir, 'models/second'), { recursive: true })).sort()).toEqual([
    'README.md',
    'config.json',
    'manifest.json',
    'onnx',
    join('onnx', 'model.onnx'),
  ]);
  expect(JSON.parse(await readFile(join(outDir, 'models/second/manifest.json'), 'utf8'))).toEqual({
    version: 1,
    files: [{ path: 'config.json' }, { path: 'onnx/model.onnx' }],
  });
});

it('knows every embedded model', () => {
  expect(embeddedModels().map(({ name }) => name)).toEqual([
    'nearfield:models /models/all-MiniLM-L6-v2/',
    'nearfield:models /models/minilm-reranker/',
    'nearfield:models /models/icon-clip/',
  ]);
});
