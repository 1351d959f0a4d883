import { expect, test } from 'vitest';
import { deleteOthers, dividedFiles, isAlone, keepFile, runtimeFile } from './kept-files.ts';
import { pageLock } from './scope.ts';

test('everything is fetched ahead but wasm of onnxruntime and tables of seldom tokenizers', () => {
  const { ahead, onUse } = dividedFiles([
    { url: 'index.html', revision: 'a' },
    'assets/index-abc.js',
    { url: 'assets/ort-wasm-simd-threaded-x.wasm', revision: null },
    { url: 'assets/ort-wasm-simd-threaded-x.mjs', revision: null },
    { url: 'assets/o200k_base-x.js', revision: null },
    { url: 'assets/cl100k_base-x.js', revision: null },
  ]);
  expect(ahead).toEqual([
    { url: 'index.html', revision: 'a' },
    { url: 'assets/index-abc.js', revision: null },
    { url: 'assets/ort-wasm-simd-threaded-x.mjs', revision: null },
    { url: 'assets/cl100k_base-x.js', revision: null },
  ]);
  expect(onUse).toEqual(['assets/ort-wasm-simd-threaded-x.wasm', 'assets/o200k_base-x.js']);
});

test('old files may go once every open page shows that it is of this version', () => {
  const isOwnEntry = (entry: string): boolean => entry === 'https://a.example/new.js';
  const [own, old] = ['https://a.example/new.js', 'https://a.example/old.js'].map(pageLock);
  expect(isAlone({ windows: 0, locks: [], isOwnEntry })).toBe(true);
  expect(isAlone({ windows: 2, locks: [own, 'another lock', own, undefined], isOwnEntry })).toBe(true);
  // One of the pages is still starting.
  expect(isAlone({ windows: 2, locks: [own, 'another lock'], isOwnEntry })).toBe(false);
  expect(isAlone({ windows: 2, locks: [own, old, own], isOwnEntry })).toBe(false);
});

/** As much of a cache as is used here, by address. */
class Kept {
  readonly entries: Map<string, string>;

  constructor(entries: Readonly<Record<string, string>>) {
    this.entries = new Map(Object.entries(entries));
  }

  async keys(): Promise<{ url: string }[]> {
    return [...this.entries.keys()].map((url) => ({ url }));
  }

  async match(url: string): Promise<Response | undefined> {
    const text = this.entries.get(url);
    return text === undefined ? undefined : new Response(text);
  }

  async put(url: string, response: Response): Promise<void> {
    this.entries.set(url, await response.text());
  }

  async delete({ url }: { url: string }): Promise<boolean> {
    return this.entries.delete(url);
  }
}

test('what is not to be kept is deleted, and nothing else', async () => {
  const kept = new Kept({ a: '1', b: '2', c: '3' });
  await deleteOthers(kept as unknown as Cache, new Set(['b', 'd']));
  expect([...kept.entries]).toEqual([['b', '2']]);
});

test('code of the runtime is kept once, by device', async () => {
  const files = [
    'https://a.example/assets/ort-wasm-simd-threaded.asyncify-b.wasm',
    'https://a.example/assets/ort-wasm-simd-threaded-a.wasm',
    'https://a.example/assets/o200k_base-x.js',
  ];
  const [webgpu, wasm] = files;
  expect(runtimeFile(files, 'wasm')).toBe(wasm);
  expect(runtimeFile(files, 'webgpu')).toBe(webgpu);
  expect(runtimeFile([], 'wasm')).toBeUndefined();

  const kept = new Kept({});
  const fetched: unknown[] = [];
  const answers = [new Response('', { status: 404 }), new Response('code')];
  const get = async (url: unknown): Promise<Response> => {
    fetched.push(url);
    return answers.shift()!;
  };
  for (const _ of [1, 2, 3]) await keepFile(kept as unknown as Cache, wasm!, get as typeof fetch);
  // What was not there is not kept, and tried again; what is kept is not.
  expect(fetched).toEqual([wasm, wasm]);
  expect([...kept.entries]).toEqual([[wasm, 'code']]);
});
