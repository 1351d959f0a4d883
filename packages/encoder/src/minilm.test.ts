/** The embedded models, as they are shipped, against float32. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { buildMiniLM } from '@nearfield/model-minilm/build';
import { buildMiniLMReranker } from '@nearfield/model-minilm-reranker/build';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELP_PAGES } from '../../core/test/fixtures/rerank/help-passages.ts';
import { MANUAL_PAGES } from '../../core/test/fixtures/rerank/manual-passages.ts';
import { OnnxReference } from '../test/onnxruntime.ts';
import { openedInPieces } from '../test/staged.ts';
import type { EncoderOptions } from './encoder.ts';
import { Encoder, type EncoderText, readGraph } from './index.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encoder-'));
  await buildMiniLM({ directory: join(folder, 'minilm'), dtypes: ['q8', 'q8e4', 'fp32'] });
  await buildMiniLMReranker({ directory: join(folder, 'reranker'), dtypes: ['q8', 'fp32'] });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paragraphs of this repository's own pages: what people write. */
async function paragraphs(): Promise<string[]> {
  const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
  const pages = (await readdir(docs)).filter((name) => name.endsWith('.md')).sort();
  const texts = await Promise.all(pages.map((name) => readFile(join(docs, name), 'utf8')));
  return texts
    .flatMap((text) => text.split(/\n+/))
    .map((line) => line.replace(/^[#>*\-|\d. ]+/, '').trim())
    .filter((line) => line.length >= 20)
    .map((line) => line.slice(0, 300));
}

async function tokenizerIn(directory: string): Promise<Tokenizer> {
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(directory, name), 'utf8'));
  return new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
}

async function opened(path: string, output: string, options: EncoderOptions = {}): Promise<Encoder> {
  const reading = readGraph(await readFile(path), output);
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows, options);
}

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [dot, own, other] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    dot += left[at]! * right[at]!;
    own += left[at]! ** 2;
    other += right[at]! ** 2;
  }
  return dot / Math.sqrt(own * other);
}

const meanOfNumbers = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of rows, in float64. */
function meanOf(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  rows.forEach((value, at) => {
    mean[at % width]! += value;
  });
  return mean;
}

describe('all-MiniLM-L6-v2, q8 and q8e4', { timeout: 180_000 }, () => {
  it('stays near float32 over hundreds of texts, with the same bits alone and in a batch', async () => {
    const directory = join(folder, 'minilm');
    const tokenizer = await tokenizerIn(directory);
    const texts = (await paragraphs()).slice(0, 240).map((text): EncoderText => {
      const { ids } = tokenizer.encode(text);
      return { ids, pooling: [new Float32Array(ids.length).fill(1 / ids.length)] };
    });
    expect(texts.length).toBeGreaterThanOrEqual(200);
    const encoder = await opened(join(directory, 'onnx/model_quantized.onnx'), 'last_hidden_state');
    const reference = await OnnxReference.open(
      await readFile(join(directory, 'onnx/model.onnx')),
      'last_hidden_state',
    );
    const nibbles = await opened(join(directory, 'onnx/model_q8e4.onnx'), 'last_hidden_state');
    const options = { dimensions: encoder.width, normalized: true };
    const cosines: number[] = [];
    const nibbleCosines: number[] = [];
    for (let start = 0; start < texts.length; start += 8) {
      const batch = texts.slice(start, start + 8);
      const found = await encoder.encode(batch, options);
      const expected = await reference.run(batch);
      const means = expected.map((rows) => meanOf(rows, encoder.width));
      found.forEach((vector, index) => {
        cosines.push(cosine(vector, means[index]!));
      });
      (await nibbles.encode(batch, options)).forEach((vector, index) => {
        nibbleCosines.push(cosine(vector, means[index]!));
      });
      expect((await encoder.encode([batch[3] ?? batch[0]!], options))[0]).toEqual(found[batch[3] ? 3 : 0]);
    }
    await reference.close();
    expect(meanOfNumbers(cosines)).toBeGreaterThanOrEqual(0.9995);
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.999);
    expect(meanOfNumbers(nibbleCosines)).toBeGreaterThanOrEqual(0.998);
    expect(Math.min(...nibbleCosines)).toBeGreaterThanOrEqual(0.994);
    // The file has 23.5 MB; the rest is what a batch needs.
    expect(encoder.bytes).toBeLessThan(40e6);
  });
});

/** The token between a query and a document, and behind both. */
const SEPARATOR = 102;

describe('minilm-reranker, q8', { timeout: 180_000 }, () => {
  it('gives the logits of its goldens', async () => {
    const directory = join(folder, 'reranker');
    const encoder = await opened(join(directory, 'onnx/model_quantized.onnx'), 'logits');
    const { rows } = JSON.parse(await readFile(join(directory, 'goldens.json'), 'utf8')) as {
      rows: { input_ids: number[]; logit_fp32: number }[];
    };
    const texts = rows.map(({ input_ids: ids }) => {
      const head = ids.indexOf(SEPARATOR);
      return { ids, types: ids.map((_, at) => Number(at > head)) };
    });
    const logits = await encoder.encode(texts, { dimensions: 1, normalized: false });
    rows.forEach(({ logit_fp32: expected }, index) => {
      // The int8 weights are the model: as near as float32 arithmetic over them.
      expect(Math.abs(logits[index]![0]! - expected)).toBeLessThan(0.1);
    });
  });

  it('is nearer to float32 than onnxruntime with activations of 8 bits, and orders more alike', async () => {
    const directory = join(folder, 'reranker');
    const tokenizer = await tokenizerIn(directory);
    // A question of each page, with the ten passages of that page.
    const questions = [...HELP_PAGES, ...MANUAL_PAGES].map(({ passages, questions: [first] }) =>
      passages.map((passage): EncoderText => {
        const head = tokenizer.encode(first![0]).ids;
        const ids = [...head, ...tokenizer.encode(passage).ids.slice(1)].slice(0, 163);
        return { ids, types: ids.map((_, at) => Number(at >= head.length)) };
      }),
    );
    const quantised = join(directory, 'onnx/model_quantized.onnx');
    const coarse = await opened(quantised, 'logits', { activationBits: 8 });
    const exact = await OnnxReference.open(await readFile(join(directory, 'onnx/model.onnx')), 'logits');
    const other = await OnnxReference.open(await readFile(quantised), 'logits');
    const ours = { differences: [] as number[], alike: 0 };
    const theirs = { differences: [] as number[], alike: 0 };
    let pairs = 0;
    for (const texts of questions) {
      const logits = (found: readonly Float32Array[]): number[] => found.map(([logit]) => logit!);
      const expected = logits(await exact.run(texts));
      const found = logits(await coarse.encode(texts, { dimensions: 1, normalized: false }));
      for (const [each, values] of [
        [ours, found],
        [theirs, logits(await other.run(texts))],
      ] as const) {
        expected.forEach((value, at) => {
          each.differences.push(Math.abs(value - values[at]!));
          for (let next = at + 1; next < expected.length; next++) {
            each.alike += Number(value > expected[next]! === values[at]! > values[next]!);
          }
        });
      }
      pairs += (texts.length * (texts.length - 1)) / 2;
    }
    await Promise.all([exact.close(), other.close()]);
    expect(ours.differences).toHaveLength(200);
    expect(meanOfNumbers(ours.differences)).toBeLessThan(0.06);
    expect(meanOfNumbers(ours.differences)).toBeLessThan(meanOfNumbers(theirs.differences));
    expect(Math.max(...ours.differences)).toBeLessThan(0.4);
    expect(ours.alike / pairs).toBeGreaterThan(0.98);
    expect(ours.alike).toBeGreaterThanOrEqual(theirs.alike);
  });
});

it.each([
  ['all-MiniLM-L6-v2', 'minilm', 'model_quantized', 'last_hidden_state'],
  ['all-MiniLM-L6-v2, q8e4', 'minilm', 'model_q8e4', 'last_hidden_state'],
  ['minilm-reranker', 'reranker', 'model_quantized', 'logits'],
])(
  '%s takes little more memory than its file, and computes the same bits',
  async (_, model, file, output) => {
    const path = join(folder, model, 'onnx', `${file}.onnx`);
    const bytes = await readFile(path);
    const texts = [{ ids: [101, 7592, 2088, 102] }, { ids: [101, 102] }];
    const options = { dimensions: 384, normalized: false };
    const expected = await (await opened(path, output)).encode(texts, options);
    const encoder = await openedInPieces(bytes, output, { piece: 4 * 1024 * 1024 });
    // Packed in place. The most that is added is a minimum for each group of a 4-bit table, and a copy of their scales.
    expect(encoder.bytes / bytes.length).toBeLessThan(1.2);
    expect(await encoder.encode(texts, options)).toEqual(expected);
  },
);
