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
import { Encoder, type Reading, readGraph } from '../index.ts';

/** The graph of a tiny model, with its weights where these lie apart. */
function read(files: readonly TinyFile[], output: string): Reading {
  const graph = files.find(({ path }) => path.endsWith('.onnx'))!;
  const beside = files
    .filter(({ path }) => path.endsWith('_data'))
    .map(({ path, bytes }) => [path.slice(path.lastIndexOf('/') + 1), bytes] as const);
  return readGraph(graph.bytes, output, new Map(beside));
}

async function opened(files: readonly TinyFile[], output: string): Promise<Encoder> {
  const reading = read(files, output);
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows);
}

const TEXTS = [
  'Follow the white rabbit, then search for the right passage.',
  'x',
  'What is the capital of France?',
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
  it('agrees with float64', async () => {
    const { files, tokenizer, scores } = make();
    const encoder = await opened(files, 'logits');
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
  });
});

describe('the other families', () => {
  it.each([
    ['ColBERT v1', tinyColbertV1().files, 'contextual_embeddings', undefined],
    ['ColBERT v2', tinyColbertV2().files, 'contextual_embeddings', undefined],
    ['embeddings v3', tinyV3().files, 'text_embeds', /input task_id/],
    ['embeddings v5, pooled', tinyV5Small().files, 'sentence_embedding', /ReduceSum/],
    ['reranker v3', tinyRerankerV3().files, 'scores', /input doc_token_indices/],
    ['CLIP', tinyClipV2().files, 'image_embeddings', /no output image_embeddings|input pixel_values/],
  ])('are taken or refused by name: %s', (_, files, output, reason) => {
    const reading = read(files, output);
    if (reason) expect('refused' in reading && reading.refused).toMatch(reason);
    else expect('refused' in reading ? reading.refused : 'taken').toBe('taken');
  });
});
