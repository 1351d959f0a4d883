/** icon-clip from file to label: its goldens and its held-out samples, with our preprocessing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ICON_CLIP_ID, iconClipDirectory } from '@nearfield/model-icon-clip/build';
import { buildMiniLM } from '@nearfield/model-minilm/build';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextTokenizer } from '../text/text-tokenizer.ts';
import { loadPixelValues } from './load.ts';
import { nodeDecoder } from './node-decoder.ts';
import { ICON_CLIP_OVERRIDES, IMAGE_RECIPES, type ImageRecipe, parseImageRecipe } from './recipe.ts';

interface Goldens {
  readonly pairs: readonly {
    readonly input: string;
    readonly pixel_values_check: {
      readonly shape: readonly number[];
      readonly mean: number;
      readonly first_five: readonly number[];
      readonly at_0_64_64: number;
      readonly at_1_64_64: number;
      readonly at_2_64_64: number;
    };
    readonly image_embeds: readonly number[];
  }[];
}

interface Samples {
  readonly pictures: readonly {
    readonly file: string;
    readonly name: string;
    readonly top3_of_1910: readonly (readonly [name: string, cosine: number])[];
  }[];
}

const folder = iconClipDirectory();
const bytesOf = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(join(folder, path)));
const jsonOf = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, path), 'utf8'));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * b[index]!, 0);

let recipe: ImageRecipe;

beforeAll(async () => {
  recipe = parseImageRecipe(await jsonOf('preprocessor_config.json'), ICON_CLIP_OVERRIDES);
});

async function embedImages(
  file: string,
  inputs: readonly Uint8Array<ArrayBuffer>[],
): Promise<Float32Array[]> {
  const { data, dims } = await loadPixelValues(inputs, recipe, { decoder: nodeDecoder });
  const session = await InferenceSession.create(join(folder, file));
  const { image_embeds } = await session.run({ pixel_values: new Tensor('float32', data, dims) });
  const vectors = image_embeds!.data as Float32Array;
  return inputs.map((_, index) => vectors.slice(384 * index, 384 * (index + 1)));
}

it('has the recipe that is built in', () => {
  expect(recipe).toEqual(IMAGE_RECIPES[ICON_CLIP_ID as 'icon-clip']);
});

describe('goldens', () => {
  it('computes the same pixel values', async () => {
    const { pairs } = (await jsonOf('goldens.json')) as Goldens;
    expect(pairs).toHaveLength(3);
    for (const { input, pixel_values_check: check } of pairs) {
      const { data, dims } = await loadPixelValues([await bytesOf(input)], recipe, { decoder: nodeDecoder });
      expect(dims).toEqual(check.shape);
      const at = (channel: number): number => data[channel * 128 * 128 + 64 * 128 + 64]!;
      check.first_five.forEach((value, index) => {
        expect(data[index]).toBeCloseTo(value, 5);
      });
      expect(at(0)).toBeCloseTo(check.at_0_64_64, 5);
      expect(at(1)).toBeCloseTo(check.at_1_64_64, 5);
      expect(at(2)).toBeCloseTo(check.at_2_64_64, 5);
      expect(data.reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(check.mean, 4);
    }
  });

  // Tolerances: goldens.json.
  it.each([
    ['onnx/vision_model.onnx', 0.99999, 5e-4],
    ['onnx/vision_model_quantized.onnx', 0.9995, 1e-2],
  ])('%s gives the vectors of the training framework', async (file, leastCosine, largestDifference) => {
    const { pairs } = (await jsonOf('goldens.json')) as Goldens;
    const vectors = await embedImages(file, await Promise.all(pairs.map(({ input }) => bytesOf(input))));
    pairs.forEach(({ image_embeds: expected }, index) => {
      const actual = vectors[index]!;
      const norms = Math.sqrt(dot(actual, actual) * dot(expected, expected));
      expect(dot(actual, expected) / norms).toBeGreaterThanOrEqual(leastCosine);
      const differences = expected.map((value, dimension) => Math.abs(value - actual[dimension]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(largestDifference);
    });
  });
});

/** Mean-pooled, normalised vectors of all-MiniLM-L6-v2. */
async function embedTexts(texts: readonly string[]): Promise<number[][]> {
  const { directory } = await buildMiniLM();
  const text = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');
  const tokenizer = new TextTokenizer(await text('tokenizer.json'), await text('tokenizer_config.json'));
  const session = await InferenceSession.create(join(directory, 'onnx/model_quantized.onnx'));
  const vectors: number[][] = [];
  for (const input of texts) {
    const ids = BigInt64Array.from(tokenizer.encode(input, 256).ids, BigInt);
    const tensor = (fill?: bigint): Tensor =>
      new Tensor('int64', fill === undefined ? ids : new BigInt64Array(ids.length).fill(fill), [
        1,
        ids.length,
      ]);
    const { last_hidden_state } = await session.run({
      input_ids: tensor(),
      attention_mask: tensor(1n),
      token_type_ids: tensor(0n),
    });
    const states = last_hidden_state!.data as Float32Array;
    const sum = Array.from({ length: 384 }, (_, dimension) =>
      Array.from(ids).reduce((total, _, token) => total + states[token * 384 + dimension]!, 0),
    );
    const length = Math.sqrt(dot(sum, sum));
    vectors.push(sum.map((value) => value / length));
  }
  return vectors;
}

describe('held-out samples', () => {
  it('have the top three of the model card', async () => {
    const { pictures } = (await jsonOf('samples/samples.json')) as Samples;
    expect(pictures).toHaveLength(14);
    const names = [
      ...new Set(pictures.flatMap(({ name, top3_of_1910: top }) => [name, ...top.map(([n]) => n)])),
    ];
    const labels = await embedTexts(names.map((name) => `a picture of a ${name}`));
    const files = await Promise.all(pictures.map(({ file }) => bytesOf(file)));
    const vectors = await embedImages('onnx/vision_model.onnx', files);
    pictures.forEach(({ file, top3_of_1910: top }, index) => {
      const cosine = new Map(names.map((name, label) => [name, dot(vectors[index]!, labels[label]!)]));
      const ranked = names.toSorted((a, b) => cosine.get(b)! - cosine.get(a)!);
      // Compared by the card's cosines: it gives two names the same one, and these may come in either order.
      const stated = new Map(top);
      const actual = ranked.slice(0, 3);
      expect(
        actual.map((name) => stated.get(name)),
        `${file}: ${actual}`,
      ).toEqual(top.map(([, value]) => value));
      // Labels come from the int8 text model, the card's from the original.
      for (const [name, value] of top) expect(Math.abs(cosine.get(name)! - value), name).toBeLessThan(0.01);
    });
  }, 300_000);
});
