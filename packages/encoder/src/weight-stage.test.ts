/** Weights that are packed where they arrive, against the same packed from their file. */
import { tinyBertReranker, tinyColbertV1, tinyMiniLM, tinyV2English, tinyV3 } from '@nearfield/model-tiny';
import { readModel, type WeightFiles } from '@nearfield/onnx';
import { describe, expect, it } from 'vitest';
import { exported, outputOf, SIZES, type Style } from '../test/graphs.ts';
import { openedInPieces } from '../test/staged.ts';
import { Encoder, type EncoderText, readGraph, WeightStage } from './index.ts';
import { adapted } from './plan/operators/adapters.ts';

const ALL = { dimensions: Number.MAX_SAFE_INTEGER, normalized: false };

/** All weights, whatever their sizes. */
const EVERYTHING = { smallest: 1 };

const TEXTS: EncoderText[] = [9, 1, 30].map((length, seed) => ({
  ids: Array.from({ length }, (_, at) => 2 + ((at * 13 + seed * 7) % (SIZES.vocabulary - 2))),
}));

async function opened(bytes: Uint8Array, output: string, files?: WeightFiles): Promise<Encoder> {
  const reading = readGraph(bytes, output, files, adapted);
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows);
}

const STYLES: readonly Style[] = [
  {},
  { weights: 'constants', heads: 'split' },
  { weights: 'dynamic', words: 'bytes' },
  // Matrices that are parts of one: each is packed within the bytes of all.
  { weights: 'dynamic', words: 'bytes', heads: 'parts', gated: true },
  { weights: 'unsigned', words: 'dequantized' },
  { weights: 'dequantized', gated: true },
  { weights: 'dynamic', positions: 'rotary', output: 'mean' },
  { weights: 'dynamic', output: 'logits' },
  { adapters: 'turned', weights: 'dynamic', words: 'bytes' },
  { adapters: 'weights' },
];

describe.each(STYLES.map((style) => [JSON.stringify(style), style] as const))('a graph as %s', (_, style) => {
  it('computes the same bits from weights that arrived in pieces', async () => {
    const [bytes, output] = [exported(style), outputOf(style)];
    const expected = await (await opened(bytes, output)).encode(TEXTS, ALL);
    const encoder = await openedInPieces(bytes, output, EVERYTHING);
    expect(await encoder.encode(TEXTS, ALL)).toEqual(expected);
    // Elsewhere, too: the copy has what was packed in its place.
    const copied = await Encoder.fromCopy(encoder.copy());
    expect(await copied.encode(TEXTS, ALL)).toEqual(expected);
  });
});

it.each([
  ['all-MiniLM-L6-v2', () => tinyMiniLM()],
  ['embeddings v2, q8', () => tinyV2English('q8')],
  ['embeddings v3, with weights beside the graph', () => tinyV3()],
  ['ColBERT v1', () => tinyColbertV1()],
  ['reranker', () => tinyBertReranker()],
] as const)('%s: the same bits', async (_, make) => {
  const made = make().files;
  const { bytes } = made.find(({ path }) => path.endsWith('.onnx'))!;
  const files = new Map(
    made.flatMap((file) => (file.path.endsWith('.onnx_data') ? [['model.onnx_data', file.bytes]] : [])),
  );
  const texts = [{ ids: [2, 5, 7, 3] }, { ids: [2, 3] }];
  const output = readModel(bytes).outputs[0]!.name;
  const expected = await (await opened(bytes, output, files)).encode(texts, ALL);
  const encoder = await openedInPieces(bytes, output, { ...EVERYTHING, files });
  expect(await encoder.encode(texts, ALL)).toEqual(expected);
});

describe('a stage', () => {
  it('lends its memory to one encoder', async () => {
    const stage = await WeightStage.open(1000);
    stage.take();
    expect(() => stage.take()).toThrow(/packed already/);
  });

  it('has room for the file from the beginning, and for panels where a matrix needs more than its bytes', async () => {
    const stage = await WeightStage.open(1_000_000);
    const before = stage.bytes.length;
    expect(before).toBeGreaterThanOrEqual(1_000_000);
    const first = stage.place({ type: 'int8', dims: [100, 77], length: 7700 })!;
    const second = stage.place({ type: 'int8', dims: [64, 64], length: 4096 })!;
    // 104 × 80 bytes in panels, and a number for each of up to 104 outputs.
    expect(second - first).toBeGreaterThanOrEqual(104 * 80 + 104 * 4);
    // A table of words is not packed; small numbers of other types stay in the graph.
    const table = stage.place({ type: 'int8', dims: [30_000, 8], length: 240_000 })!;
    expect(stage.place({ type: 'int8', dims: [8, 8], length: 64 })! - table).toBe(240_000);
    expect(stage.place({ type: 'float32', dims: [1000], length: 4000 })).toBeUndefined();
    expect(stage.bytes.length).toBe(before);
    stage.put(first, Uint8Array.of(1, 2, 3));
    expect(
      stage
        .files('here')
        .get('here')!
        .subarray(first, first + 3),
    ).toEqual(Uint8Array.of(1, 2, 3));
  });
});
