import {
  type TinyFile,
  tinyBertReranker,
  tinyClipV2,
  tinyCode,
  tinyColbertV1,
  tinyColbertV2,
  tinyMiniLM,
  tinyRerankerV1,
  tinyRerankerV2,
  tinyRerankerV3,
  tinyV2English,
  tinyV2German,
  tinyV3,
  tinyV5Nano,
  tinyV5Small,
} from '@nearfield/model-tiny';
import { describe, expect, it } from 'vitest';
import { agreement } from '../../test/onnxruntime.ts';
import type { EncoderOptions } from '../encoder.ts';
import { Encoder, type Reading, readGraph } from '../index.ts';
import { adapted } from './operators/adapters.ts';

/** The graph of a tiny model, with its weights where these lie apart. */
function read(files: readonly TinyFile[], output: string): Reading {
  const graph = files.find(({ path }) => path.endsWith('.onnx'))!;
  const beside = files
    .filter(({ path }) => path.endsWith('_data'))
    .map(({ path, bytes }) => [path.slice(path.lastIndexOf('/') + 1), bytes] as const);
  return readGraph(graph.bytes, output, new Map(beside), adapted);
}

/** Encoder of a tiny model's output. */
async function opened(
  files: readonly TinyFile[],
  output: string,
  options: EncoderOptions = {},
): Promise<Encoder> {
  const reading = read(files, output);
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows, options);
}

const TEXTS = [
  'Follow the white rabbit, then search for the right passage.',
  'x',
  'What is the capital of France?',
];
/** Tasks of embeddings v3 in the order of its adapters, and the first ones' prompts. */
const V3_TASKS = ['retrieval.query', 'retrieval.passage', 'separation', 'classification', 'text-matching'];
const V3_PROMPTS = [
  'Represent the query for retrieving evidence documents: ',
  'Represent the document for retrieval: ',
];

const ALL = { dimensions: Number.MAX_SAFE_INTEGER, normalized: true };

describe.each([
  ['all-MiniLM-L6-v2', () => tinyMiniLM(), ''],
  ['all-MiniLM-L6-v2, vectors through float16', () => tinyMiniLM(true), ''],
  ['embeddings v2, English', () => tinyV2English(), ''],
  ['embeddings v2, English, q8', () => tinyV2English('q8'), ''],
  ['embeddings v2, German', () => tinyV2German(), ''],
  ['embeddings v5, nano, q4', () => tinyV5Nano(), 'Document: '],
  ['embeddings v5, nano', () => tinyV5Nano('float32'), 'Document: '],
  ['code', () => tinyCode(), 'Find the most relevant code snippet given the following query:\n'],
] as const)('%s', (_, make, prompt) => {
  it('agrees with float64, and a text has the same bits alone and in any batch', async () => {
    const { files, tokenizer, tokenVectors } = make();
    const encoder = await opened(files, 'last_hidden_state');
    const [before, after] = tokenizer.around;
    const texts = TEXTS.map((text) => ({ ids: [...before, ...tokenizer.bare(prompt + text), ...after] }));
    const together = await encoder.encode(texts, ALL);
    for (const [index, text] of TEXTS.entries()) {
      const expected = Float32Array.from(tokenVectors(text).flat());
      expect(agreement(together[index]!, expected, encoder.width)).toBeGreaterThan(0.9999);
      expect((await encoder.encode([texts[index]!], ALL))[0]).toEqual(together[index]);
      const turned = await encoder.encode([...texts.slice(index), ...texts.slice(0, index)], ALL);
      expect(turned[0]).toEqual(together[index]);
    }
  });
});

describe.each([
  ['reranker v1', tinyRerankerV1],
  ['reranker v2', tinyRerankerV2],
  ['a reranker with segments', tinyBertReranker],
] as const)('%s', (_, make) => {
  it.each([14, 8] as const)('agrees with float64, activations in %i bits', async (activationBits) => {
    const { files, tokenizer, scores } = make();
    const encoder = await opened(files, 'logits', { activationBits });
    const { around, pair, bare } = tokenizer;
    const documents = ['Paris is the capital.', 'No.', 'rabbit'];
    const head = [...around[0], ...bare('capital'), ...pair.middle];
    const texts = documents.map((document) => {
      const ids = [...head, ...bare(document), ...pair.after];
      return { ids, types: ids.map((_, at) => (at < head.length ? 0 : pair.type)) };
    });
    const logits = await encoder.encode(texts, { ...ALL, normalized: false });
    scores('capital', documents).forEach((score, index) => {
      expect(1 / (1 + Math.exp(-logits[index]![0]!))).toBeCloseTo(score, 2);
    });
    for (const [index, text] of texts.entries()) {
      expect(await encoder.encode([text], { ...ALL, normalized: false })).toEqual([logits[index]]);
    }
  });
});

describe.each([
  ['embeddings v3, tokens', () => tinyV3(), 'text_embeds'],
  ['embeddings v3, pooled', () => tinyV3('pooled'), '13049'],
  ['embeddings v3, of low rank', () => tinyV3('both', undefined, 4), 'text_embeds'],
  ['embeddings v5, nano, pooled', () => tinyV5Nano(), 'sentence_embedding'],
  ['embeddings v5, small, pooled', () => tinyV5Small(), 'sentence_embedding'],
] as const)('%s', (_, make, output) => {
  it('agrees with float64 for every task, and has the same bits alone and in any batch', async () => {
    const { like, files, tokenizer, embed } = make();
    const encoder = await opened(files, output);
    const isPerToken = encoder.per === 'token';
    const tasks = like.includes('v3') ? V3_TASKS : ['retrieval.passage'];
    const [before, after] = tokenizer.around;
    for (const [number, task] of tasks.entries()) {
      const prompt = like.includes('v3') ? (V3_PROMPTS[number] ?? '') : 'Document: ';
      const texts = TEXTS.map((text) => {
        const ids = [...before, ...tokenizer.bare(prompt + text), ...after];
        return { ids, pooling: [new Float32Array(ids.length).fill(1 / ids.length)] };
      });
      const together = await encoder.encode(texts, { ...ALL, task: number });
      expect(isPerToken).toBe(output === 'text_embeds');
      for (const [index, text] of TEXTS.entries()) {
        const expected = Float32Array.from(embed(text, { task }));
        expect(agreement(together[index]!, expected, encoder.width)).toBeGreaterThan(0.9999);
        const options = { ...ALL, task: number };
        expect((await encoder.encode([texts[index]!], options))[0]).toEqual(together[index]);
      }
    }
  });
});

it('tasks that a model has not are refused', async () => {
  const encoder = await opened(tinyV3().files, 'text_embeds');
  for (const task of [-1, 5, 0.5]) {
    await expect(encoder.encode([{ ids: [1, 2] }], { ...ALL, task })).rejects.toThrow(`none ${task}`);
  }
});

describe.each([
  ['ColBERT v1', tinyColbertV1, '[unused0]', '[MASK]', false],
  ['ColBERT v2', tinyColbertV2, '[QueryMarker]', '<mask>', true],
] as const)('%s', (_, make, marker, mask, seesMasks) => {
  it('agrees with float64, tokens that fill up a query among them', async () => {
    const { files, tokenizer, query } = make();
    const encoder = await opened(files, 'contextual_embeddings');
    const [before, after] = tokenizer.around;
    const texts = TEXTS.map((text) => {
      const ids = [...before, tokenizer.idOf(marker), ...tokenizer.bare(text), ...after];
      const seen = seesMasks ? Math.max(32, ids.length) : ids.length;
      while (ids.length < 32) ids.push(tokenizer.idOf(mask));
      return { ids, seen };
    });
    const together = await encoder.encode(texts, ALL);
    for (const [index, text] of TEXTS.entries()) {
      const expected = Float32Array.from(query(text).flat());
      expect(agreement(together[index]!, expected, encoder.width)).toBeGreaterThan(0.9999);
      expect((await encoder.encode([texts[index]!], ALL))[0]).toEqual(together[index]);
    }
  });
});

describe('the other families', () => {
  it.each([
    ['reranker v3', tinyRerankerV3().files, 'scores', /input doc_token_indices/],
    ['CLIP', tinyClipV2().files, 'image_embeddings', /no output image_embeddings|input pixel_values/],
  ])('are refused by name: %s', (_, files, output, reason) => {
    const reading = read(files, output);
    expect('refused' in reading && reading.refused).toMatch(reason);
  });
});
