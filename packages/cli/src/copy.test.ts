import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copiedTable, copyFiles } from './copy.ts';

let project: string;
const put = async (path: string, content: string | object): Promise<void> => {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), typeof content === 'string' ? content : JSON.stringify(content));
};
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(project, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(project, folder).length + 1))
    .sort();

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'nearfield-copy-')));
  await put('package.json', {
    dependencies: {
      '@nearfield/core': '1.0.0',
      '@nearfield/model-mine': '1.0.0',
      left: '1.0.0',
      gone: '1.0.0',
    },
  });
  await put('node_modules/left/package.json', { name: 'left' });
  const core = 'node_modules/@nearfield/core';
  await put(`${core}/package.json`, {
    name: '@nearfield/core',
    exports: { './package.json': './package.json' },
  });
  for (const name of [
    'index.js',
    'chunk-a.js',
    'node.js',
    'worker-wasm.js.map',
    'index.d.ts',
    'ort/deep/x.wasm',
  ]) {
    await put(`${core}/dist/${name}`, 'stays');
  }
  for (const name of [
    'worker-wasm.js',
    'worker-webgpu.js',
    'lazy-a-b_c.js',
    'standalone.js',
    'ort/o-w.wasm',
    'ort/o.js',
  ]) {
    await put(`${core}/dist/${name}`, `of ${name}`);
  }
  const model = 'node_modules/@nearfield/model-mine';
  await put(`${model}/package.json`, {
    name: '@nearfield/model-mine',
    nearfield: { model: { id: 'mine', folder: './files' } },
  });
  await put(`${model}/files/config.json`, '{}');
  await put(`${model}/files/onnx/model.onnx`, 'weights');
  await put(`${model}/files/.stamp`, '');
  await put(`${model}/training/data.txt`, '');
});
afterEach(() => rm(project, { recursive: true, force: true }));

describe('copyFiles', () => {
  const RUNTIME = [
    'lazy-a-b_c.js',
    join('ort', 'o-w.wasm'),
    join('ort', 'o.js'),
    'standalone.js',
    'worker-wasm.js',
    'worker-webgpu.js',
  ];
  const MODEL = ['config.json', join('onnx', 'model.onnx')];

  it('puts what pages load by URL, and installed models, into the folder', async () => {
    const copied = await copyFiles('public/nearfield', { project });
    expect(await filesIn('public/nearfield')).toEqual(
      [...RUNTIME, ...MODEL.map((path) => join('models', 'mine', path))].sort(),
    );
    expect(await readFile(join(project, 'public/nearfield/ort/o.js'), 'utf8')).toBe('of ort/o.js');
    expect(copied.map(({ from, files }) => [from, files])).toEqual([
      ['@nearfield/core', RUNTIME.length],
      ['@nearfield/model-mine', MODEL.length],
    ]);
    expect(copiedTable(copied)).toContain('2 files of @nearfield/model-mine, 0.0 MB');
  });

  it('copies one part, replaces its files, and leaves others', async () => {
    await put('public/models/mine/config.json', 'old');
    await put('public/index.html', 'mine');
    await copyFiles('public', { project, parts: ['models'] });
    expect(await filesIn('public')).toEqual([
      'index.html',
      ...MODEL.map((path) => join('models', 'mine', path)),
    ]);
    expect(await readFile(join(project, 'public/models/mine/config.json'), 'utf8')).toBe('{}');
    await copyFiles('public', { project, parts: ['runtime'] });
    expect(await filesIn('public')).toEqual(expect.arrayContaining(RUNTIME));
  });

  it('copies the search element where it is named', async () => {
    const search = 'node_modules/@nearfield/search';
    await put(`${search}/package.json`, {
      name: '@nearfield/search',
      exports: { './package.json': './package.json' },
    });
    await put(`${search}/dist/index.js`, 'stays');
    await put(`${search}/dist/standalone/nearfield-search.js`, 'element');
    await put(`${search}/dist/standalone/translations/de.js`, 'deutsch');
    await put('site/search/manifest.json', '{}');
    await copyFiles('site/search', { project, parts: ['search'] });
    expect(await filesIn('site/search')).toEqual([
      'manifest.json',
      'nearfield-search.js',
      join('translations', 'de.js'),
    ]);
    await copyFiles('public', { project });
    expect(await filesIn('public')).not.toContain('nearfield-search.js');
  });

  it('says what is missing', async () => {
    await put('package.json', { dependencies: { left: '1.0.0' } });
    const fault = (message: RegExp) =>
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', message: expect.stringMatching(message) });
    await expect(copyFiles('public', { project, parts: ['models'] })).rejects.toEqual(
      fault(/npm install @nearfield\/model-minilm$/),
    );
    await put('package.json', '{');
    await expect(copyFiles('public', { project })).rejects.toEqual(fault(/package\.json is not JSON/));
    await rm(join(project, 'package.json'));
    await expect(copyFiles('public', { project })).rejects.toEqual(fault(/no package\.json in/));
  });
});
