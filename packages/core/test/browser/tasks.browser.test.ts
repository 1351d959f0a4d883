/** Pictures, late chunks, reranking and segmenting through the real worker in Chromium. */

import { tinyColbertV2, tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import type { CallProgress } from '@nearfield/spec';
import { vectorToUbinary } from '@nearfield/spec/implement';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocal } from '../../src/index.ts';
import { rejection } from '../rejection.ts';
import { withContext } from '../tiny-context.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';
const ICON_CLIP = 'icon-clip';

const tiny = tinyMiniLM();
const colbert = tinyColbertV2();
const foundation = createLocal({
  device: 'wasm',
  cache: 'memory',
  threads: 2,
  models: [
    ...[EMBEDDER, RERANKER, ICON_CLIP].map((id) => ({ id, source: `/models/${id}/` })),
    { id: 'tiny', like: EMBEDDER, source: toFiles(withContext(tiny.files, 24)) },
    { id: 'tiny-colbert', like: colbert.like, source: toFiles(colbert.files) },
  ],
});
afterAll(() => foundation.close());

const dot = (left: ArrayLike<number>, right: ArrayLike<number>): number =>
  Array.from(left).reduce((sum, value, index) => sum + value * right[index]!, 0);

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void => {
  expect(actual.length).toBe(expected.length);
  const differences = Array.from(actual, (value, index) => Math.abs(value - expected[index]!));
  expect(Math.max(...differences)).toBeLessThan(tolerance);
};

const fileOf = async (path: string): Promise<Blob> => {
  const response = await fetch(`/models/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.blob();
};

const jsonOf = async <Value>(path: string): Promise<Value> =>
  JSON.parse(await (await fileOf(path)).text()) as Value;

interface Golden {
  input: string;
  image_embeds: number[];
}

interface Sample {
  file: string;
  name: string;
  top3_of_1910: [name: string, cosine: number][];
}

describe('icon-clip', () => {
  it('has the vectors of its goldens', async () => {
    const { pairs } = await jsonOf<{ pairs: Golden[] }>(`${ICON_CLIP}/goldens.json`);
    expect(pairs).toHaveLength(3);
    const images = await Promise.all(pairs.map(({ input }) => fileOf(`${ICON_CLIP}/${input}`)));
    const { data, usage } = await foundation.embeddings({
      model: ICON_CLIP,
      input: images.map((image) => ({ image })),
    });
    expect(usage).toEqual({ total_tokens: 3000, prompt_tokens: 3000, image_tokens: 3000 });
    // The quantised file's tolerance, see goldens.json.
    pairs.forEach(({ image_embeds: expected }, index) => {
      const { embedding } = data[index]!;
      const cosine = dot(embedding, expected) / Math.sqrt(dot(expected, expected));
      expect(cosine).toBeGreaterThan(0.9995);
      expectClose(embedding, expected, 0.01);
    });
  });

  it('has the top three of its card for each held-out picture', async () => {
    const { pictures } = await jsonOf<{ pictures: Sample[] }>(`${ICON_CLIP}/samples/samples.json`);
    expect(pictures).toHaveLength(14);
    const names = [
      ...new Set(pictures.flatMap(({ name, top3_of_1910: top }) => [name, ...top.map(([each]) => each)])),
    ];
    const images = await Promise.all(pictures.map(({ file }) => fileOf(`${ICON_CLIP}/${file}`)));
    const { data } = await foundation.embeddings({
      model: ICON_CLIP,
      input: [...images.map((image) => ({ image })), ...names.map((name) => `a picture of a ${name}`)],
    });
    const rows = data.map(({ embedding }) => embedding);
    pictures.forEach(({ file, top3_of_1910: top }, index) => {
      const cosines = new Map(
        names.map((name, label) => [name, dot(rows[index]!, rows[pictures.length + label]!)]),
      );
      for (const [name, cosine] of top) {
        expect(Math.abs(cosines.get(name)! - cosine), `${file}: ${name}`).toBeLessThan(0.015);
      }
      const stated = new Map(top);
      const found = names.toSorted((a, b) => cosines.get(b)! - cosines.get(a)!).slice(0, 3);
      // The card's cosines of two names may be the same, or nearer than the int8 files come.
      expect(
        found.every((name) => stated.has(name)),
        `${file}: ${found}`,
      ).toBe(true);
      expect(Math.abs(stated.get(found[0]!)! - top[0]![1])).toBeLessThan(0.01);
    });
  });

  it('names them by classify()', async () => {
    const { pictures } = await jsonOf<{ pictures: Sample[] }>(`${ICON_CLIP}/samples/samples.json`);
    const images = await Promise.all(pictures.map(({ file }) => fileOf(`${ICON_CLIP}/${file}`)));
    const { data } = await foundation.classify({
      model: ICON_CLIP,
      input: images.map((image) => ({ image })),
      labels: pictures.map(({ name }) => name),
    });
    expect(data.map(({ prediction }) => prediction)).toEqual(pictures.map(({ name }) => name));
  });

  it('takes a picture as URL, data URI, base64, Blob and ImageBitmap', async () => {
    const path = `${ICON_CLIP}/samples/pizza.png`;
    const blob = await fileOf(path);
    const dataUri = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(blob);
    });
    const bitmap = await createImageBitmap(blob);
    const images = [
      new URL(`/models/${path}`, location.href).href,
      dataUri,
      dataUri.slice(dataUri.indexOf(',') + 1),
      blob,
      bitmap,
    ];
    const { data } = await foundation.embeddings({
      model: ICON_CLIP,
      input: images.map((image) => ({ image })),
    });
    for (const { embedding } of data) expect(dot(embedding, data[0]!.embedding)).toBeGreaterThan(0.9999);
    // It was copied, not taken away.
    expect(bitmap.width).toBe(128);
    bitmap.close();
    const error = await rejection(foundation.embeddings({ model: ICON_CLIP, input: [{ image: bitmap }] }));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input.0.image' });
    expect((await foundation.embeddings({ model: ICON_CLIP, input: 'pizza' })).data).toHaveLength(1);
  });
});

describe('late chunking', () => {
  const words = (count: number, shift: number): string =>
    Array.from({ length: count }, (_, index) => 'abcdefghij'[(index * 3 + shift) % 10]).join(' ');

  it('is the mean of the tokens of one pass, as computed in float64', async () => {
    const input = [words(5, 0), words(9, 1), words(8, 2)];
    const { data, usage } = await foundation.embeddings({ model: 'tiny', input, late_chunking: true });
    expect(usage.total_tokens).toBe(24);
    tiny.lateChunks(input).forEach((expected, index) => {
      expectClose(data[index]!.embedding, expected);
    });
  });

  it('reads the start of a long document as its first window does', async () => {
    // The first window is 22 tokens wide and answers for all but half of what the next one repeats.
    const input = [words(18, 0), words(40, 1)];
    const { data } = await foundation.embeddings({ model: 'tiny', input, late_chunking: true });
    const shown = input.join(' ').split(' ').slice(0, 22).join(' ');
    const rows = tiny.tokenVectors(shown, { normalized: false }).slice(1, 19);
    const mean = rows.reduce((left, right) => left.map((value, index) => value + right[index]!));
    const length = Math.hypot(...mean);
    expectClose(
      data[0]!.embedding,
      mean.map((value) => value / length),
    );
  });
});

describe('vectors of tokens', () => {
  it('are transferred whole, also of calls that share a batch', async () => {
    const texts = ['What is the capital of France?', 'x', 'Follow the white rabbit.'];
    const answers = await Promise.all(
      texts.map((input) => foundation.multiVector({ model: 'tiny-colbert', input })),
    );
    answers.forEach(({ data }, index) => {
      const expected = colbert.document(texts[index]!);
      expect(data[0]!.embeddings).toHaveLength(expected.length);
      data[0]!.embeddings.forEach((vector, row) => {
        expectClose(vector, expected[row]!);
      });
    });
    const floats = answers[0]!.data[0]!.embeddings;
    const { data } = await foundation.multiVector({
      model: 'tiny-colbert',
      input: texts[0]!,
      embedding_type: 'ubinary',
    });
    expect(data[0]!.embeddings).toEqual(floats.map(vectorToUbinary));
  });
});

describe('rerank', () => {
  const query = 'How do I reset my password?';
  const documents = [
    'The shop is open from nine to five on weekdays and closed on public holidays.',
    'Open the account page and choose "Forgot password". We will send a link that lets you set a new password.',
  ];

  it('has the goldens of minilm-reranker', async () => {
    const { rows } = await jsonOf<{ rows: { query: string; passage: string; logit_fp32: number }[] }>(
      `${RERANKER}/goldens.json`,
    );
    for (const row of rows) {
      const { results } = await foundation.rerank({
        model: RERANKER,
        query: row.query,
        documents: [row.passage],
        fusion: false,
      });
      const score = results[0]!.relevance_score;
      expect(Math.abs(Math.log(score / (1 - score)) - row.logit_fp32), row.passage).toBeLessThan(0.1);
    }
  });

  it('ranks by both embedded rerankers, tells how far it is, and keeps what cannot be cloned', async () => {
    const method = (): void => {};
    for (const model of [EMBEDDER, RERANKER]) {
      const events: CallProgress[] = [];
      const { results, fusion } = await foundation.rerank(
        { model, query, documents: documents.map((text) => ({ text, method })) },
        { onProgress: (event) => events.push(event) },
      );
      expect(results.map(({ index }) => index)).toEqual([1, 0]);
      expect(results[0]!.document).toEqual({ text: documents[1], method });
      expect(fusion).toEqual(model === RERANKER ? { embedder: EMBEDDER, weight: 8 } : undefined);
      expect(events.at(-1)).toMatchObject({ type: 'work-progress', inputs: { done: 2, total: 2 } });
    }
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 200 }, (_, index) => `${index} ${'word '.repeat(20)}`);
    const call = foundation.rerank(
      { model: RERANKER, query, documents: many },
      {
        signal: controller.signal,
        onProgress: ({ type }) => type === 'work-progress' && controller.abort(),
      },
    );
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    expect((await foundation.rerank({ model: EMBEDDER, query, documents })).results[0]!.index).toBe(1);
  });
});

describe('segment', () => {
  it('loads a vocabulary of the API as a file of its own, and a model’s without its weights', async () => {
    const content = 'hello world. And more of it.';
    const answer = await foundation.segment({ content, return_tokens: true, return_chunks: true });
    expect(answer).toMatchObject({ tokenizer: 'cl100k_base', chunks: [content] });
    expect(answer.tokens![0]!.slice(0, 2)).toEqual([
      ['hello', [15339]],
      [' world', [1917]],
    ]);
    const own = await foundation.segment({ content: 'hello world', tokenizer: 'tiny-colbert' });
    expect(own.num_tokens).toBe(colbert.tokenizer.bare('hello world').length);
  });

  it('chunks by meaning', async () => {
    const cats = 'The cat sleeps on the sofa. Kittens like to play with wool. A cat purrs when it is happy.';
    const tax = 'Income tax is due in April. The tax office charges interest. File your tax return early.';
    const { chunks } = await foundation.segment({
      content: `${cats} ${tax}`,
      strategy: 'semantic',
      return_chunks: true,
    });
    expect(chunks).toEqual([`${cats} `, tax]);
  });
});

it('reports what it can do', async () => {
  const { methods, models } = await foundation.capabilities();
  expect(methods).toMatchObject({ embeddings: true, multiVector: true, rerank: true, segment: true });
  expect(methods).toMatchObject({ read: false, search: false, ground: false, chat: false });
  expect(models).toEqual(expect.arrayContaining([EMBEDDER, RERANKER, ICON_CLIP, 'tiny-colbert']));
});
