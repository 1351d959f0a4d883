import { describe, expect, it } from 'vitest';
import type { ModelSource } from '../../store/types.ts';
import { heldSource } from './held-source.ts';

/** A source that notes which files are opened. */
function recorded(local = false): { source: ModelSource; opened: string[] } {
  const opened: string[] = [];
  const source: ModelSource = {
    key: 'https://models.example/',
    local,
    describe: async (paths) => new Map(paths.map((path) => [path, { path, size: 1 }])),
    open: async (path) => {
      opened.push(path);
      return { stream: new ReadableStream(), offset: 0 };
    },
  };
  return { source, opened };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const whole = { offset: 0 };

describe('heldSource', () => {
  it('opens small files at once, and large ones when it is ready', async () => {
    const { source, opened } = recorded();
    let ready: () => void = () => {};
    const waits = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const held = heldSource(source, waits, new AbortController().signal);
    expect(held.key).toBe(source.key);
    expect([...(await held.describe(['onnx/model.onnx'])).keys()]).toEqual(['onnx/model.onnx']);
    const large = ['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/weights.bin', 'model.onnx'];
    const opening = large.map((path) => held.open(path, whole));
    await held.open('config.json', whole);
    await held.open('tokenizer.json', whole);
    await settle();
    expect(opened).toEqual(['config.json', 'tokenizer.json']);
    ready();
    await Promise.all(opening);
    expect(opened.slice(2)).toEqual(large);
  });

  it('opens none of them where it never will be', async () => {
    const { source, opened } = recorded();
    const reason = new Error('no runtime');
    const held = heldSource(source, Promise.reject(reason), new AbortController().signal);
    await expect(held.open('onnx/model.onnx', whole)).rejects.toBe(reason);
    expect(opened).toEqual([]);
  });

  it('lets go of whoever gives up', async () => {
    const { source, opened } = recorded();
    const controller = new AbortController();
    const opening = heldSource(source, new Promise(() => {}), controller.signal).open('model.onnx', whole);
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    expect(opened).toEqual([]);
  });

  it('does not hold what is at hand', () => {
    const { source } = recorded(true);
    expect(heldSource(source, new Promise(() => {}), new AbortController().signal)).toBe(source);
  });
});
