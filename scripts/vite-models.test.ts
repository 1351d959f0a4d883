import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

it('copies every folder into the build', async () => {
  const outDir = join(directory, 'out');
  await build({ configFile: false, root: site, plugins: plugins(), logLevel: 'silent', build: { outDir } });
  expect((await readdir(join(outDir, 'models'))).sort()).toEqual(['first', 'second']);
  expect(await readFile(join(outDir, 'models/second/onnx/model.onnx'), 'utf8')).toBe('graph');
  expect(await readdir(join(outDir, 'models/second'))).not.toContain('.stamp.json');
});

it('knows every embedded model', () => {
  expect(embeddedModels().map(({ name }) => name)).toEqual([
    'nearfield:models /models/all-MiniLM-L6-v2/',
    'nearfield:models /models/minilm-reranker/',
    'nearfield:models /models/icon-clip/',
  ]);
});
