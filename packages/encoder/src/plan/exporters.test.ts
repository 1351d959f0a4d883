import { describe, expect, it } from 'vitest';
import { ADAPTERS, exported, outputOf, SIZES, type Style } from '../../test/graphs.ts';
import { agreement, OnnxReference } from '../../test/onnxruntime.ts';
import { Encoder, type EncoderText, readGraph } from '../index.ts';
import { adapted } from './operators/adapters.ts';

const ids = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, at) => 2 + ((at * 13 + seed * 7) % (SIZES.vocabulary - 2)));

const TEXTS: EncoderText[] = [9, 1, 30, 4].map((length, seed) => ({ ids: ids(length, seed) }));

const ALL = { dimensions: Number.MAX_SAFE_INTEGER, normalized: false };

/** As decoders are built. */
const DECODER: Style = {
  ...{ norm: 'rms', before: true, shared: true, causal: true },
  ...{ positions: 'rotary', gated: true, activation: 'silu' },
};

/** Each of these is written as some exporter writes it; the rest of a style is the default. */
const STYLES: readonly Style[] = [
  {},
  { norm: 'spelled' },
  { norm: 'rms', activation: 'silu', gated: true },
  { activation: 'erf halved first' },
  { activation: 'tanh', heads: 'split' },
  { activation: 'node', heads: 'parts' },
  { activation: 'relu', scale: 'both' },
  { positions: 'gather', mask: 'where' },
  { positions: 'offset', mask: 'lowest' },
  { positions: 'alibi', gated: true },
  { positions: 'alibi', mask: 'where', gated: true, activation: 'tanh' },
  { positions: 'none', causal: true },
  { causal: true, mask: 'lowest' },
  { mask: 'none' },
  { weights: 'constants', norm: 'spelled', activation: 'tanh', heads: 'split' },
  { weights: 'dynamic', words: 'bytes' },
  { weights: 'unsigned', words: 'dequantized' },
  { weights: 'dequantized', gated: true },
  { positions: 'rotary', gated: true, activation: 'silu' },
  { positions: 'rotary halves', mask: 'where' },
  { positions: 'rotary part', norm: 'spelled' },
  { positions: 'rotary node', heads: 'split' },
  DECODER,
  { ...DECODER, headNorm: true, mask: 'lowest' },
  { output: 'mean' },
  { output: 'last', positions: 'rotary' },
  { output: 'first' },
  { output: 'logits' },
  { output: 'logits', weights: 'dynamic' },
  { adapters: 'products' },
  { adapters: 'turned', weights: 'dequantized', heads: 'split', gated: true },
  { adapters: 'weights', positions: 'rotary', heads: 'parts' },
  { adapters: 'products', output: 'logits' },
  { adapters: 'weights', output: 'logits' },
];

/** onnxruntime rounds the activations of these to 8 bits, one scale for all tokens. */
const roundsItself = ({ weights }: Style): boolean => weights === 'dynamic' || weights === 'unsigned';

/** Logits are compared by their difference, which twice as many products make larger. */
function leastOf(style: Style): number {
  if (roundsItself(style)) return 0.98;
  return style.adapters && style.output === 'logits' ? 0.9995 : 0.9999;
}

describe.each(STYLES.map((style) => [JSON.stringify(style), style] as const))(
  'a graph written as %s',
  (_, style) => {
    it('is read, and computes what onnxruntime does', async () => {
      const bytes = exported(style);
      const output = outputOf(style);
      const reading = readGraph(bytes, output, undefined, adapted);
      if ('refused' in reading) return expect.fail(reading.refused);
      const encoder = await Encoder.open(reading.rows);
      const reference = await OnnxReference.open(bytes, output);
      const least = leastOf(style);
      for (let task = 0; task < (style.adapters ? ADAPTERS.tasks : 1); task++) {
        const options = { ...ALL, task };
        const together = await encoder.encode(TEXTS, options);
        for (const [index, text] of TEXTS.entries()) {
          const [alone] = await encoder.encode([text], options);
          expect(alone, 'the same bits alone and in a batch').toEqual(together[index]);
          const [expected] = await reference.run([text], task);
          expect(agreement(alone!, expected!, encoder.width)).toBeGreaterThan(least);
        }
      }
      await reference.close();
    });
  },
);

describe('graphs with a mask', () => {
  it.each([
    {},
    { mask: 'where' },
    { causal: true },
    { positions: 'alibi' },
    { positions: 'rotary', shared: true },
    { output: 'mean' },
    { output: 'last' },
  ] as Style[])('let tokens at the end be hidden: %j', async (style) => {
    const bytes = exported(style);
    const output = outputOf(style);
    const reading = readGraph(bytes, output);
    if ('refused' in reading) return expect.fail(reading.refused);
    const text = { ids: ids(12, 5), seen: 7 };
    const [found] = await (await Encoder.open(reading.rows)).encode([text], ALL);
    const reference = await OnnxReference.open(bytes, output);
    const [expected] = await reference.run([text]);
    // Hidden tokens have vectors of their own.
    expect(agreement(found!, expected!, SIZES.hidden)).toBeGreaterThan(0.9999);
    const [whole] = await reference.run([{ ids: text.ids }]);
    expect(agreement(found!, whole!, SIZES.hidden)).toBeLessThan(0.999);
    await reference.close();
  });
});

describe('what is not taken', () => {
  it('says why', () => {
    const reason = (bytes: Uint8Array, output = 'states'): string => {
      const reading = readGraph(bytes, output);
      return 'refused' in reading ? reading.refused : 'nothing';
    };
    expect(reason(exported({}), 'other')).toBe('it has no output other');
    expect(reason(new Uint8Array([1, 2, 3]))).toMatch(/offset|graph|field/i);
    const bytes = exported({});
    expect(reason(bytes.subarray(0, bytes.length >> 1))).not.toBe('nothing');
  });
});

describe('adapters of low rank', () => {
  const bytes = exported({ adapters: 'weights' });

  it('are refused where nothing reads them', () => {
    expect(readGraph(bytes, 'states')).toMatchObject({ refused: expect.stringContaining('MatMul') });
  });

  it('give each task other vectors, and there are as many tasks as matrices', async () => {
    const reading = readGraph(bytes, 'states', undefined, adapted);
    if ('refused' in reading) return expect.fail(reading.refused);
    const encoder = await Encoder.open(reading.rows);
    const vectors: Float32Array[] = [];
    for (let task = 0; task < ADAPTERS.tasks; task++) {
      const [vector] = await encoder.encode([TEXTS[0]!], { ...ALL, task });
      for (const other of vectors) expect(agreement(vector!, other, SIZES.hidden)).toBeLessThan(0.9);
      vectors.push(vector!);
    }
    await expect(encoder.encode([TEXTS[0]!], { ...ALL, task: ADAPTERS.tasks })).rejects.toThrow(
      `none ${ADAPTERS.tasks}`,
    );
  });
});

describe('texts', () => {
  it('with tokens, segments or positions that the model has not are refused', async () => {
    const reading = readGraph(exported({}), 'states');
    if ('refused' in reading) return expect.fail(reading.refused);
    const encoder = await Encoder.open(reading.rows);
    await expect(encoder.encode([{ ids: [3, SIZES.vocabulary] }], ALL)).rejects.toThrow('no token 60');
    await expect(encoder.encode([{ ids: [-1] }], ALL)).rejects.toThrow('no token -1');
    await expect(encoder.encode([{ ids: [] }], ALL)).rejects.toThrow('no tokens');
    await expect(encoder.encode([{ ids: ids(65, 0) }], ALL)).rejects.toThrow('65 tokens, the model reads 64');
    expect(await encoder.encode([{ ids: ids(64, 0) }], ALL)).toHaveLength(1);
    // What failed before leaves nothing behind.
    expect(await encoder.encode([TEXTS[0]!], ALL)).toEqual((await encoder.encode(TEXTS, ALL)).slice(0, 1));
  });

  it('are refused with weights around another middle than int8 has: rounded again they would be worse', () => {
    const weights = 'unsigned';
    expect(readGraph(exported({ weights }), 'states')).not.toHaveProperty('refused');
    expect(readGraph(exported({ weights, zero: 113 }), 'states')).toMatchObject({
      refused: expect.stringContaining('have the zero point 113, not 128'),
    });
  });

  it('are given up between layers, and the next run is right', async () => {
    const reading = readGraph(exported({}), 'states');
    if ('refused' in reading) return expect.fail(reading.refused);
    const encoder = await Encoder.open(reading.rows);
    const before = await encoder.encode(TEXTS, ALL);
    let pauses = 0;
    const pause = async (): Promise<void> => {
      if (++pauses === 2) throw new DOMException('enough', 'AbortError');
    };
    const running = encoder.encode(TEXTS, { ...ALL, pause });
    await expect(encoder.encode(TEXTS, ALL)).rejects.toThrow('one batch at a time');
    await expect(running).rejects.toThrow('enough');
    expect(pauses).toBe(SIZES.layers);
    expect(await encoder.encode(TEXTS, ALL)).toEqual(before);
  });

  it('are pooled, cut and scaled', async () => {
    const reading = readGraph(exported({}), 'states');
    if ('refused' in reading) return expect.fail(reading.refused);
    const encoder = await Encoder.open(reading.rows);
    const [text] = TEXTS as [EncoderText];
    const [tokens] = await encoder.encode([text], ALL);
    const length = text.ids.length;
    const pooling = [
      new Float32Array(length).fill(1 / length),
      Float32Array.from({ length }, (__, at) => Number(at === 2)),
    ];
    const [vectors] = await encoder.encode([{ ...text, pooling }], { dimensions: 20, normalized: true });
    expect(vectors).toHaveLength(40);
    const { hidden } = SIZES;
    const mean = Array.from({ length: 20 }, (__, d) => {
      let sum = 0;
      for (let at = 0; at < length; at++) sum += tokens![at * hidden + d]! / length;
      return sum;
    });
    const scaled = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row));
    const expected = [...scaled(mean), ...scaled(Array.from(tokens!.subarray(2 * hidden, 2 * hidden + 20)))];
    expected.forEach((value, at) => {
      expect(vectors![at]).toBeCloseTo(value, 5);
    });
  });
});
