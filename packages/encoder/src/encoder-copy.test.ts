import { tinyMiniLM, tinyV2English } from '@nearfield/model-tiny';
import { expect, it } from 'vitest';
import { Encoder, readGraph } from './index.ts';

const ALL = { dimensions: Number.MAX_SAFE_INTEGER, normalized: true };

it.each([
  ['all-MiniLM-L6-v2', () => tinyMiniLM()],
  ['embeddings v2, q8', () => tinyV2English('q8')],
] as const)(
  '%s: a copy that crossed a boundary computes the same bits, and holds no file',
  async (_, make) => {
    const { files, tokenizer } = make();
    const { bytes } = files.find(({ path }) => path.endsWith('.onnx'))!;
    const reading = readGraph(bytes, 'last_hidden_state');
    if ('refused' in reading) throw new Error(reading.refused);
    const encoder = await Encoder.open(reading.rows);
    const [before, after] = tokenizer.around;
    const texts = ['Follow the white rabbit.', 'x'].map((text) => ({
      ids: [...before, ...tokenizer.bare(text), ...after],
    }));
    const expected = await encoder.encode(texts, ALL);
    const copy = encoder.copy();
    const program = structuredClone(copy.program);
    expect(JSON.stringify(program).length).toBeLessThan(20_000);
    const crossed = structuredClone(copy, { transfer: [copy.bytes] });
    // The copy is used up by the transfer, and leaves the encoder as it was.
    expect(copy.bytes.byteLength).toBe(0);
    const second = await Encoder.fromCopy(crossed);
    expect(await second.encode(texts, ALL)).toEqual(expected);
    expect(await (await Encoder.fromCopy(second.copy())).encode([texts[1]!], ALL)).toEqual([expected[1]]);
    expect(await encoder.encode(texts, ALL)).toEqual(expected);
  },
);
