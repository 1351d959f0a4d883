import { createRouter } from '@nearfield/router';
import { type CallOptions, FoundationError, type LoadedModel } from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { App } from '../shell/app.ts';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { Catalogue } from './catalogue.ts';

/** One load that waits for the test. */
interface Load {
  model: string;
  options: CallOptions;
  resolve: () => void;
  reject: (error: Error) => void;
}

let app: App;
let page: Catalogue;
let loads: Load[];

beforeEach(() => {
  loads = [];
  const foundation = new LetterFoundation().foundation;
  app = new App({
    connections: {
      local: () =>
        localFoundation(foundation, {
          storage: {
            delete: async () => {
              throw new FoundationError({ code: 'CONFLICT_RESOURCE_BUSY', message: 'Another tab is at it.' });
            },
            import: async (model) => {
              throw new FoundationError({
                code: 'INPUT_VALIDATION_FAILED',
                message: `The folder lacks config.json and tokenizer_config.json of ${model}.`,
              });
            },
          },
          load: (model, options = {}) =>
            new Promise<LoadedModel>((resolve, reject) => {
              const load = { model, options, resolve: () => resolve({ id: model } as LoadedModel), reject };
              options.signal?.addEventListener('abort', () => reject(options.signal!.reason));
              loads.push(load);
            }),
        }),
      remote: () => foundation,
      router: async () => createRouter,
    },
    baseUrl: 'https://example.org',
  });
  page = new Catalogue(app);
});

const started = (count: number) => vi.waitFor(() => expect(loads).toHaveLength(count));

describe('several models', () => {
  test('are loaded one after the other, each in its own row', async () => {
    const [first, second] = [page.load('a'), page.load('b')];
    await started(1);
    expect(page.state.tasks).toMatchObject({ a: { doing: 'load', waiting: false }, b: { waiting: true } });
    loads[0]!.options.onProgress?.({
      type: 'model-progress',
      model: 'a',
      loaded: 3,
      total: 9,
      fromCache: false,
      files: [],
    });
    expect(page.state.tasks.a?.loading).toMatchObject({ loaded: 3, total: 9 });
    expect(page.state.tasks.b?.loading).toBeUndefined();
    loads[0]!.resolve();
    await first;
    await started(2);
    expect(page.state.tasks).toMatchObject({ b: { waiting: false } });
    expect(page.state.tasks.a).toBeUndefined();
    expect(app.state.toast?.text).toBe('a is in memory.');
    loads[1]!.resolve();
    await second;
    expect(page.state.tasks).toEqual({});
  });

  test('one that fails does not stop the next, and says so in its row alone', async () => {
    const all = [page.load('a'), page.load('b')];
    await started(1);
    loads[0]!.reject(new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' }));
    await started(2);
    loads[1]!.resolve();
    await Promise.all(all);
    expect(page.state.failures).toMatchObject({ a: { title: 'The model could not be downloaded' } });
    expect(page.state.failures.b).toBeUndefined();
    expect(app.state.problems).toEqual([]);
    page.dismiss('a');
    expect(page.state.failures).toEqual({});
  });

  test('one that waits can be cancelled, and the order stays', async () => {
    const all = [page.load('a'), page.load('b'), page.load('c')];
    await started(1);
    page.state.tasks.b!.cancel();
    await all[1];
    expect(Object.keys(page.state.tasks)).toEqual(['a', 'c']);
    expect(loads.map(({ model }) => model)).toEqual(['a']);
    loads[0]!.resolve();
    await started(2);
    expect(loads[1]!.model).toBe('c');
    loads[1]!.resolve();
    await Promise.all(all);
    expect(page.state.failures).toEqual({});
  });

  test('a new attempt takes the old failure away, and a row does one thing at a time', async () => {
    const first = page.load('a');
    await started(1);
    loads[0]!.reject(new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' }));
    await first;
    const second = page.load('a');
    expect(page.state.failures).toEqual({});
    await started(2);
    await page.load('a');
    expect(loads).toHaveLength(2);
    loads[1]!.resolve();
    await second;
  });
});

test('what storage refuses is said in the row of the model', async () => {
  await page.import('minilm-reranker', [new File(['x'], 'picture.png')]);
  expect(page.state.failures['minilm-reranker']?.message).toBe(
    'The folder lacks config.json and tokenizer_config.json of minilm-reranker.',
  );
  await page.import('all-MiniLM-L6-v2', []);
  expect(page.state.failures['all-MiniLM-L6-v2']?.message).toContain('The folder is empty.');
  await page.delete('icon-clip');
  expect(page.state.failures['icon-clip']?.title).toBe('Something else is changing this just now');
  expect(app.state.problems).toEqual([]);
  expect(app.state.toast).toBeUndefined();
});

test('a stored model is verified by loading it anew, and the result is said', async () => {
  const verifying = page.verify('a');
  await started(1);
  expect(page.state.tasks.a).toMatchObject({ doing: 'verify' });
  loads[0]!.resolve();
  await verifying;
  expect(app.state.toast?.text).toBe('a is verified: none.');
  const failing = page.verify('a');
  await started(2);
  loads[1]!.reject(new FoundationError({ code: 'SELF_CHECK_FAILED', message: 'Other vectors.' }));
  await failing;
  expect(page.state.failures.a?.code).toBe('SELF_CHECK_FAILED');
});

describe('a model that was deleted', () => {
  /** A store of one complete model, which can be exported, deleted and imported. */
  function stored(bytes = 3) {
    let kept: readonly { path: string; text: string }[] = [{ path: 'onnx/model.onnx', text: 'abc' }];
    const storage = {
      usage: async () => (kept.length > 0 ? [{ model: 'a', bytes, lastUsed: 0, complete: true }] : []),
      export: async () =>
        kept.map(({ path, text }) => ({ path, size: text.length, sha256: '', blob: new Blob([text]) })),
      delete: async () => {
        kept = [];
      },
      import: async (_: string, files: Iterable<File>) => {
        kept = await Promise.all(
          [...files].map(async (file) => ({ path: file.name, text: await file.text() })),
        );
        return kept.map(({ path }) => path);
      },
    };
    const { foundation } = new LetterFoundation();
    const connections = {
      local: () => localFoundation(foundation, { storage }),
      remote: () => foundation,
      router: async () => createRouter,
    };
    const catalogue = new Catalogue(new App({ connections, baseUrl: 'https://example.org' }));
    return { catalogue, kept: () => kept };
  }

  test('comes back as it was', async () => {
    const { catalogue, kept } = stored();
    await catalogue.app.refresh();
    const before = kept();
    await catalogue.delete('a');
    expect(kept()).toEqual([]);
    expect(catalogue.app.state.stored).toEqual([]);
    expect(catalogue.state.deleted?.model).toBe('a');
    await catalogue.restore();
    expect(kept()).toEqual(before);
    expect(catalogue.app.state.stored).toMatchObject([{ model: 'a', complete: true }]);
    expect(catalogue.state.deleted).toBeUndefined();
  });

  test('is not held where it is large: its room is what is wanted', async () => {
    const { catalogue } = stored(600_000_000);
    await catalogue.app.refresh();
    expect(catalogue.isRestorable('a')).toBe(false);
    await catalogue.delete('a');
    expect(catalogue.state.deleted).toBeUndefined();
  });
});
