import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { createModelStore, filesSource, MemoryCache } from './index.ts';
import { directorySource } from './node.ts';
import type { ModelSource } from './types.ts';

const picked = (path: string, text: string): File => {
  const file = new File([text], path.split('/').at(-1)!, { lastModified: 1 });
  Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return file;
};

const listOf = (source: ModelSource): Promise<string[]> => source.list!();

describe('filesSource', () => {
  test('finds the model within a picked folder', async () => {
    const source = filesSource([
      picked('downloads/my-model/config.json', '{}'),
      picked('downloads/my-model/onnx/model.onnx', 'weights'),
      picked('downloads/my-model/1_Pooling/config.json', '{"pooling":1}'),
    ]);
    expect(await listOf(source)).toEqual(['config.json', 'onnx/model.onnx', '1_Pooling/config.json']);
    const { stream, size } = await source.open('onnx/model.onnx', { offset: 3 });
    expect(await new Response(stream).text()).toBe('ghts');
    expect(size).toBe(7);
  });

  test('takes files picked one by one, with ONNX files where the layout has them', async () => {
    const source = filesSource([
      picked('config.json', '{}'),
      picked('model_quantized.onnx', 'w'),
      picked('model.onnx_data', 'd'),
    ]);
    const described = await source.describe([
      'config.json',
      'onnx/model_quantized.onnx',
      'onnx/model.onnx_data',
      'x',
    ]);
    expect([...described.keys()]).toEqual([
      'config.json',
      'onnx/model_quantized.onnx',
      'onnx/model.onnx_data',
    ]);
  });

  test('refuses two files of one name', () => {
    expect(() => filesSource([picked('config.json', '{}'), picked('config.json', '[]')])).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }),
    );
  });

  test('says what was chosen when something is missing', async () => {
    const store = createModelStore({ cache: new MemoryCache() });
    const opened = store.open('mine', filesSource([picked('config.json', '{}')]), [
      { path: 'tokenizer.json' },
    ]);
    await expect(opened).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      status: 404,
      param: 'tokenizer.json',
      message: expect.stringContaining('config.json'),
    });
  });

  test('is read where it lies, without a copy in the cache', async () => {
    const cache = new MemoryCache();
    const store = createModelStore({ cache });
    const files = await store.open('mine', filesSource([picked('config.json', '{"a":1}')]), [
      { path: 'config.json' },
      { path: 'absent.json', optional: true },
    ]);
    expect([...files.keys()]).toEqual(['config.json']);
    expect(await files.get('config.json')!.read({ spareBytes: 2 })).toEqual(
      new TextEncoder().encode('{"a":1}\0\0'),
    );
    expect(await store.usage()).toEqual([]);
  });

  test('knows a Git LFS pointer from weights', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    const store = createModelStore({ cache: new MemoryCache() });
    const files = await store.open(
      'mine',
      filesSource([picked('m/config.json', '{}'), picked('m/onnx/model.onnx', pointer)]),
      [{ path: 'onnx/model.onnx' }],
    );
    await expect(files.get('onnx/model.onnx')!.read()).rejects.toMatchObject({
      message: expect.stringContaining('git lfs pull'),
    });
  });
});

describe('directorySource', () => {
  const root = temporaryDirectory('sources');
  beforeAll(async () => {
    await mkdir(join(root, 'model', 'onnx'), { recursive: true });
    await writeFile(join(root, 'model', 'config.json'), '{"a":1}');
    await writeFile(join(root, 'model', 'onnx', 'model.onnx'), 'weights');
    await writeFile(join(root, 'secret.txt'), 'secret');
  });

  test('lists, describes and reads a directory in the hub layout', async () => {
    const source = directorySource(join(root, 'model'));
    expect(await listOf(source)).toEqual(['config.json', 'onnx/model.onnx']);
    const described = await source.describe(['onnx/model.onnx', 'onnx', 'absent.json']);
    expect([...described.values()]).toEqual([{ path: 'onnx/model.onnx', size: 7, etag: expect.any(String) }]);
    const { stream } = await source.open('onnx/model.onnx', { offset: 3, end: 5 });
    expect(await new Response(stream).text()).toBe('gh');
  });

  test('never leaves its directory', async () => {
    const source = directorySource(join(root, 'model'));
    await expect(source.describe(['../secret.txt'])).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
    await expect(source.open('../secret.txt', { offset: 0 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
  });

  test('names the directory and the file that is missing', async () => {
    await expect(directorySource(root).open('config.json', { offset: 0 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      status: 404,
      param: 'config.json',
      message: expect.stringContaining(root),
    });
  });
});
