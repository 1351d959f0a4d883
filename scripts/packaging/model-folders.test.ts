import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyCommitted } from './model-folders.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-model-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a committed model is copied without samples, and its list has what was copied', async () => {
  const source = join(directory, 'model');
  for (const folder of ['onnx', 'samples']) await mkdir(join(source, folder), { recursive: true });
  const files: Record<string, string> = {
    'config.json': '{}',
    'README.md': '# card',
    'onnx/model.onnx': 'weights',
    'samples/cat.png': 'picture',
    'manifest.json': '{"files":[{"path":"samples/cat.png"}]}',
    '.hidden': '',
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(source, path), text);
  const target = join(directory, 'dist/mine');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'left-over.onnx'), 'of an earlier build');

  await copyCommitted(source, target);

  const copied = (await readdir(target, { recursive: true })).sort();
  expect(copied).toEqual(
    ['README.md', 'config.json', 'manifest.json', 'onnx', join('onnx', 'model.onnx')].sort(),
  );
  const { files: listed } = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')) as {
    files: { path: string; size: number; sha256: string }[];
  };
  expect(listed.map(({ path }) => path)).toEqual(['README.md', 'config.json', 'onnx/model.onnx']);
  expect(listed[2]).toEqual({
    path: 'onnx/model.onnx',
    size: 7,
    sha256: createHash('sha256').update('weights').digest('hex'),
  });
});
