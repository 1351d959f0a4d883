import { join } from 'node:path';
import { type TinyFile, tinyClipV1, tinyMiniLM, tinyV2English, toFiles } from '@nearfield/model-tiny';
import { FoundationError } from '@nearfield/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';
import { FileSystemCache } from '../../store/file-system-cache.ts';
import { createModelStore } from '../../store/index.ts';

const NOWHERE = 'http://127.0.0.1:9/nowhere/';
const minilm = tinyMiniLM();
const other = tinyV2English();

const directory = temporaryDirectory('import');
let count = 0;
const open: LocalFoundation[] = [];
afterEach(async () => {
  for (const foundation of open.splice(0)) await foundation.close();
});

const dataDirectory = (): string => join(directory, String(++count));

/** What comes into it comes as files: its models have no address. */
function create(data = dataDirectory()): LocalFoundation {
  const foundation = createNodeFoundation({
    models: [
      { id: 'mine', like: 'all-MiniLM-L6-v2', source: NOWHERE },
      { id: 'mine-q8', like: 'all-MiniLM-L6-v2', source: NOWHERE, dtypes: ['q8'] },
      { id: 'eyes', like: 'jina-clip-v1', source: NOWHERE },
    ],
    dataDirectory: data,
    threads: 1,
  });
  open.push(foundation);
  return foundation;
}

const without = (files: readonly TinyFile[], path: string): File[] =>
  toFiles(files.filter((file) => file.path !== path));

const labels = ['red', 'green', 'a longer label'];
const scores = async (foundation: LocalFoundation): Promise<number[]> => {
  const { data } = await foundation.classify({ model: 'mine', input: ['What colour?'], labels });
  return data[0]!.predictions.map(({ score }) => score);
};

describe('import', () => {
  it('refuses what no model can be loaded from, names what is missing, and stores nothing', async () => {
    const foundation = create();
    const pictures = ['a.png', 'b.png'].map((name) => new File(['x'.repeat(1000)], name));
    const error = await rejection(foundation.storage.import('mine', pictures));
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'files' });
    for (const path of ['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx', 'onnx/model.onnx']) {
      expect(error.message).toContain(path);
    }
    expect(await foundation.storage.usage()).toEqual([]);
  });

  it.each(['config.json', 'tokenizer.json', 'onnx/model.onnx'])(
    'refuses a model without %s',
    async (path) => {
      const foundation = create();
      const files = without(minilm.files, path);
      expect(files.length).toBe(minilm.files.length - 1);
      expect((await rejection(foundation.storage.import('mine', files))).message).toContain(path);
      const empty = [...files, new File([], path)];
      expect((await rejection(foundation.storage.import('mine', empty))).message).toContain(path);
      expect(await foundation.storage.usage()).toEqual([]);
    },
  );

  it('takes only graphs that this foundation would load', async () => {
    const foundation = create();
    const error = await rejection(foundation.storage.import('mine-q8', toFiles(minilm.files)));
    expect(error.message).toContain('onnx/model_quantized.onnx is missing');
  });

  it('wants what tells the size of pictures from a model that reads them', async () => {
    const foundation = create();
    const clip = tinyClipV1();
    const files = without(clip.files, 'preprocessor_config.json');
    const error = await rejection(foundation.storage.import('eyes', files));
    expect(error.message).toContain('preprocessor_config.json is missing');
    // One tower is enough, and whole without the other's files.
    const texts = files.filter(({ name }) => !name.includes('vision'));
    expect(await foundation.storage.import('eyes', texts)).toContain('tokenizer.json');
    expect(await foundation.storage.usage()).toMatchObject([{ model: 'eyes', complete: true }]);
  });

  it('leaves what is stored and loaded as it is when it refuses', async () => {
    const foundation = create();
    await foundation.storage.import('mine', toFiles(minilm.files));
    const before = await scores(foundation);
    await rejection(foundation.storage.import('mine', [new File(['x'], 'a.png')]));
    expect((await foundation.capabilities()).loaded).toHaveLength(1);
    expect(await scores(foundation)).toEqual(before);
    expect((await foundation.storage.export('mine')).map(({ path }) => path)).not.toContain('a.png');
  });

  it('completes a model whose other files are there', async () => {
    const data = dataDirectory();
    const store = createModelStore({ cache: new FileSystemCache(join(data, 'models')), channel: false });
    await store.importModel('mine', without(minilm.files, 'tokenizer.json'));
    const foundation = create(data);
    // Whole files, but not a whole model.
    expect(await foundation.storage.usage()).toMatchObject([{ model: 'mine', complete: false }]);
    const [tokenizer] = toFiles(minilm.files.filter(({ path }) => path === 'tokenizer.json'));
    await foundation.storage.import('mine', [tokenizer!]);
    expect(await foundation.storage.usage()).toMatchObject([{ model: 'mine', complete: true }]);
    expect(await scores(foundation)).toHaveLength(3);
  });

  it('says of a model that it does not know whether it looks like one', async () => {
    const data = dataDirectory();
    const store = createModelStore({ cache: new FileSystemCache(join(data, 'models')), channel: false });
    await store.importModel('former', toFiles(minilm.files));
    await store.importModel('pictures', [new File(['x'], 'a.png')]);
    const foundation = create(data);
    expect((await foundation.storage.usage()).map(({ model, complete }) => [model, complete]).sort()).toEqual(
      [
        ['former', true],
        ['pictures', false],
      ],
    );
    await foundation.storage.delete('former');
    expect(await foundation.storage.usage()).toHaveLength(1);
  });
});

describe('other files under the same name', () => {
  it('are what answers from then on, labels included', async () => {
    const reference = create();
    await reference.storage.import('mine', toFiles(other.files));
    const expected = await scores(reference);
    expect(expected.every(Number.isFinite)).toBe(true);

    const foundation = create();
    await foundation.storage.import('mine', toFiles(minilm.files));
    const former = await scores(foundation);
    expect(former).not.toEqual(expected);
    await foundation.storage.delete('mine');
    await foundation.storage.import('mine', toFiles(other.files));
    expect(await scores(foundation)).toEqual(expected);
    // Over what is stored, without a deletion in between.
    await foundation.storage.import('mine', toFiles(minilm.files));
    expect(await scores(foundation)).toEqual(former);
  });
});

describe('deleting', () => {
  it('all models takes them out of memory too', async () => {
    const foundation = create();
    for (const id of ['mine', 'eyes']) {
      await foundation.storage.import(id, toFiles(id === 'mine' ? minilm.files : tinyClipV1().files));
      await foundation.load(id);
    }
    expect((await foundation.capabilities()).loaded!.length).toBe(2);
    await foundation.storage.delete();
    expect((await foundation.capabilities()).loaded).toEqual([]);
    expect(await foundation.storage.usage()).toEqual([]);
    expect(await rejection(foundation.load('mine'))).toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});

describe('capabilities', () => {
  it('tell where classifiers and batches are kept', async () => {
    expect((await create().capabilities()).storage).toMatchObject({
      kind: 'file-system',
      records: { kind: 'file-system', damaged: [] },
    });
  });
});
