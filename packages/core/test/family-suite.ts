/**
 * Runs a tiny model of every family through the engine and compares with the float64 reference: the same tests on
 * every device, because a recipe that is right on one may meet another kernel on the next.
 */

import {
  type TinyClip,
  type TinyColbert,
  type TinyCrossEncoder,
  type TinyModel,
  type TinyTextModel,
  tinyBertReranker,
  tinyClipV1,
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
  toFiles,
} from '@nearfield/model-tiny';
import type { ModelEntry } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenVectors } from '../src/engine/encoders/text-encoder.ts';
import { Engine } from '../src/engine/engine.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';
import type { WorkGroup } from '../src/engine/scheduling/scheduler.ts';
import { defineModel } from '../src/models/index.ts';
import { listwiseBlocks, mergeBlocks } from '../src/models/listwise-blocks.ts';
import { documentScores, pairWindows } from '../src/models/pair-windows.ts';
import { createModelStore, filesSource, MemoryCache } from '../src/store/index.ts';

export interface FamilySuiteOptions {
  runtime: () => Promise<Runtime>;
  /** Leaves out what takes minutes on WebGPU in software. */
  quick?: boolean;
}

/** Of different lengths, so that batches have padding. */
const TEXTS = [
  'What is the capital of France?',
  'x',
  'Follow the white rabbit, then search for the right passage.',
  'Ünïcode 日本 ok',
];

const TOLERANCE = 1e-4;

const TEXT_MODELS: Record<string, { make: () => TinyTextModel; tasks: (string | undefined)[] }> = {
  'all-MiniLM-L6-v2 (WordPiece, mean)': { make: tinyMiniLM, tasks: [undefined] },
  'v2 base-en (WordPiece, mean)': { make: () => tinyV2English(), tasks: [undefined] },
  'v2 base-de (byte-level BPE, mean)': { make: tinyV2German, tasks: [undefined] },
  'v3 with text_embeds (Unigram, adapters, weights in a second file)': {
    make: () => tinyV3(),
    tasks: ['retrieval.query', 'retrieval.passage', 'text-matching', 'separation', 'classification'],
  },
  'v3 with only the pooled output 13049': {
    make: () => tinyV3('pooled'),
    tasks: ['retrieval.passage', 'classification'],
  },
  'v5 nano (4-bit weights in a second file, last token)': {
    make: () => tinyV5Nano(),
    tasks: ['retrieval.query', 'retrieval.passage', 'text-matching', 'clustering', 'classification'],
  },
  'v5 small (causal, only sentence_embedding)': {
    make: tinyV5Small,
    tasks: ['retrieval.query', 'text-matching'],
  },
  'code (causal, instructions, position_ids, a graph in the root)': {
    make: tinyCode,
    tasks: ['nl2code.query', 'nl2code.passage', 'qa.query'],
  },
};

const CLIP_MODELS: Record<string, () => TinyClip> = {
  'clip v1 (two towers)': () => tinyClipV1(),
  'clip v1 (pictures in half precision)': () => tinyClipV1(true),
  'clip v2 (fused)': () => tinyClipV2(),
  'clip v2 (fused, each output reads both inputs)': () => tinyClipV2(true),
};

const COLBERT_MODELS: Record<string, () => TinyColbert> = {
  'colbert v1': tinyColbertV1,
  'colbert v2': tinyColbertV2,
};

const CROSS_ENCODERS: Record<string, () => TinyCrossEncoder> = {
  'reranker v1 (byte-level BPE)': tinyRerankerV1,
  'reranker v2 (Unigram)': tinyRerankerV2,
  'a reranker with segments (WordPiece)': tinyBertReranker,
};

/** Largest difference of two vectors. */
const difference = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  return Array.from(left).reduce((most, value, index) => Math.max(most, Math.abs(value - right[index]!)), 0);
};

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(found.length).toBe(expected.length);
  expect(difference(found, expected)).toBeLessThan(TOLERANCE);
};

const rowsOf = ({ data, rows, dimensions }: TokenVectors): Float32Array[] =>
  Array.from({ length: rows }, (_, row) => data.subarray(row * dimensions, (row + 1) * dimensions));

export function familySuite({ runtime: startRuntime, quick = false }: FamilySuiteOptions): void {
  let runtime: Runtime;
  let engine: Engine;
  const models = new Map<string, TinyModel>();

  beforeAll(async () => {
    runtime = await startRuntime();
    engine = new Engine({
      runtime,
      budget: { tokens: 64, rows: 4, overhead: 8 },
      store: createModelStore({ cache: new MemoryCache('tests') }),
      resolve: (id) => {
        const model = models.get(id)!;
        return defineModel(id, {
          like: model.like,
          source: filesSource(toFiles(model.files)),
          hub: () => {
            throw new Error('no network in tests');
          },
        });
      },
    });
  });
  afterAll(() => engine.close());

  /** Registers a model under a name of its own. */
  const add = <Model extends TinyModel>(name: string, model: Model): Model => {
    models.set(name, model);
    return model;
  };

  const runAll = async <Item, Result>(
    group: WorkGroup<Item, Result>,
    items: readonly Item[],
  ): Promise<Result[]> => {
    const results: Result[] = [];
    await engine.scheduler.submit(group, items, {
      priority: 'interactive',
      onResult: (index, result) => {
        results[index] = result;
      },
    });
    return results;
  };

  const promptOf = (entry: ModelEntry, task: string | undefined): string =>
    task === undefined ? '' : entry.tasks[task]!.prompt;

  describe.each(Object.entries(TEXT_MODELS))('%s', (name, { make, tasks }) => {
    const model = add(name, make());
    const used = quick ? tasks.slice(0, 1) : tasks;

    it.each(used)('computes the vectors of task %s', async (task) => {
      const { encoder, tokenizer, definition, info } = await engine.encoder(name, { task });
      expect(info.dimensions).toBe(model.dimensions);
      expect(info.check).toMatchObject({ result: 'skipped' });
      const group = encoder.group({ dimensions: info.dimensions, normalized: true, task });
      const sequences = TEXTS.map((text) =>
        tokenizer.encode(promptOf(definition.entry, task) + text, info.maxTokens),
      );
      const batch = await runAll(group, sequences);
      for (const [index, text] of TEXTS.entries()) {
        expectClose(batch[index]!, model.embed(text, { task }));
        const [alone] = await runAll(group, [sequences[index]!]);
        expect(difference(alone!, batch[index]!)).toBeLessThan(1e-6);
      }
    });

    it('cuts vectors and texts', async () => {
      const task = used.at(-1);
      const { encoder, tokenizer, definition, info } = await engine.encoder(name, { task });
      const prompt = promptOf(definition.entry, task);
      const text = TEXTS[2]!;
      const whole = tokenizer.encode(prompt + text, info.maxTokens);
      const [cut] = await runAll(encoder.group({ dimensions: 16, normalized: true, task }), [whole]);
      expectClose(cut!, model.embed(text, { task, dimensions: 16 }));
      const maxTokens = whole.ids.length - 3;
      const short = tokenizer.encode(prompt + text, maxTokens);
      expect(short).toMatchObject({ fullLength: whole.ids.length });
      expect(short.ids.length).toBe(maxTokens);
      const group = encoder.group({ dimensions: info.dimensions, normalized: true, task });
      const [vector] = await runAll(group, [short]);
      expectClose(vector!, model.embed(text, { task, maxTokens }));
    });
  });

  describe('vectors of tokens and of chunks', () => {
    const minilm = add('tokens of minilm', tinyMiniLM());
    const v3 = add('chunks of v3', tinyV3());

    it('gives one vector a token, the same alone and in a batch', async () => {
      const { encoder, tokenizer, info } = await engine.encoder('tokens of minilm');
      const group = encoder.tokens({ dimensions: 24, normalized: true });
      const sequences = TEXTS.map((text) => tokenizer.encode(text, info.maxTokens));
      const found = await runAll(group, sequences);
      for (const [index, text] of TEXTS.entries()) {
        const expected = minilm.tokenVectors(text, { dimensions: 24 });
        const rows = rowsOf(found[index]!);
        expect(rows.length).toBe(expected.length);
        rows.forEach((row, at) => {
          expectClose(row, expected[at]!);
        });
        expect(tokenizer.tokensOf(sequences[index]!)).toHaveLength(rows.length);
      }
    });

    it('pools each text of a sequence that has read them all', async () => {
      const task = 'retrieval.passage';
      const { encoder, tokenizer, definition, info } = await engine.encoder('chunks of v3', { task });
      const prompt = definition.entry.tasks[task]!.prompt;
      const joined = tokenizer.encodeJoined(TEXTS, info.maxTokens, prompt);
      const single = tokenizer.encodeJoined([TEXTS[2]!], info.maxTokens, prompt);
      const group = encoder.spans({ dimensions: 32, normalized: true, task });
      const [chunks, one] = await runAll(group, [joined, single]);
      v3.lateChunks(TEXTS, { task }).forEach((expected, index) => {
        expectClose(chunks![index]!, expected);
      });
      expectClose(one![0]!, v3.lateChunks([TEXTS[2]!], { task })[0]!);
    });

    it('refuses tokens of a graph that only gives pooled vectors', async () => {
      add('pooled v3', tinyV3('pooled'));
      const { encoder } = await engine.encoder('pooled v3', { task: 'separation' });
      expect(() => encoder.tokens({ dimensions: 8, normalized: true, task: 'separation' })).toThrow(
        expect.objectContaining({ code: 'NOT_SUPPORTED' }),
      );
    });

    it('refuses a v3 request without a task, naming the tasks', async () => {
      const { encoder } = await engine.encoder('chunks of v3');
      expect(() => encoder.group({ dimensions: 8, normalized: true, task: null })).toThrow(
        expect.objectContaining({
          code: 'NOT_SUPPORTED',
          message: expect.stringContaining('retrieval.query, retrieval.passage, separation'),
        }),
      );
    });
  });

  it('runs a text longer than a batch may be', async () => {
    const model = add('long', tinyV2German());
    const { encoder, tokenizer, info } = await engine.encoder('long');
    const text = TEXTS[2]!.repeat(quick ? 6 : 12);
    const sequences = [text, 'x'].map((each) => tokenizer.encode(each, info.maxTokens));
    expect(sequences[0]!.ids.length).toBeGreaterThan(64);
    const found = await runAll(encoder.group({ dimensions: 32, normalized: true }), sequences);
    expectClose(found[0]!, model.embed(text));
    expectClose(found[1]!, model.embed('x'));
  });

  describe('8-bit weights with dynamic activations', () => {
    const model = add('q8', tinyV2English('q8'));

    it('stays near the reference, and gives a text the same vector in any batch', async () => {
      const { encoder, tokenizer, info } = await engine.encoder('q8');
      expect(info).toMatchObject({ dtype: 'q8', batchInvariance: { kind: 'rewritten' } });
      const group = encoder.group({ dimensions: 32, normalized: true });
      const sequences = TEXTS.map((text) => tokenizer.encode(text, info.maxTokens));
      const batch = await runAll(group, sequences);
      for (const [index, text] of TEXTS.entries()) {
        const expected = model.embed(text);
        const cosine = expected.reduce((sum, value, at) => sum + value * batch[index]![at]!, 0);
        expect(cosine).toBeGreaterThan(0.999);
        const [alone] = await runAll(group, [sequences[index]!]);
        expect(difference(alone!, batch[index]!)).toBeLessThan(1e-6);
      }
    });
  });

  describe.each(Object.entries(CLIP_MODELS))('%s', (name, make) => {
    const model = add(name, make());
    const picture = (seed: number): Float32Array =>
      Float32Array.from({ length: 3 * model.side ** 2 }, (_, index) => Math.sin(index * 0.37 + seed));

    it('embeds texts, padding or not', async () => {
      const { encoder, tokenizer, info } = await engine.encoder(name);
      expect(info.dimensions).toBe(model.dimensions);
      const group = encoder.group({ dimensions: 16, normalized: true });
      const found = await runAll(
        group,
        TEXTS.map((text) => tokenizer.encode(text, info.maxTokens)),
      );
      TEXTS.forEach((text, index) => {
        expectClose(found[index]!, model.text(text, 16));
      });
    });

    it('embeds pictures', async () => {
      if (name.includes('half') && runtime.device === 'webgpu' && !runtime.report.f16) {
        // Vectors of a model like another are measured at load: that is when the device is found lacking.
        await expect(engine.models.images(name)).rejects.toMatchObject({
          code: 'DEVICE_NOT_AVAILABLE',
          message: expect.stringContaining('float16'),
        });
        return;
      }
      const { encoder, recipe } = await engine.models.images(name);
      expect([recipe.width, recipe.height]).toEqual([model.side, model.side]);
      const pictures = [0, 1, 2].map(picture);
      const found = await runAll(encoder.group({ dimensions: model.dimensions, normalized: true }), pictures);
      pictures.forEach((pixels, index) => {
        expectClose(found[index]!, model.image(pixels));
      });
    });
  });

  describe.each(Object.entries(COLBERT_MODELS))('%s', (name, make) => {
    const model = add(name, make());

    it.each([64, 96, 128])('gives %i numbers a token, of queries and documents', async (dimensions) => {
      const { encoder, colbert, info } = await engine.models.colbert(name);
      expect(info.dimensions).toBe(128);
      const group = encoder.tokens({ dimensions, normalized: true });
      const texts = [TEXTS[0]!, TEXTS[2]!];
      const sequences = [
        ...texts.map((text) => colbert.query(text, info.maxTokens)),
        ...texts.map((text) => colbert.document(text, info.maxTokens)),
      ];
      const found = await runAll(group, sequences);
      const expected = [
        ...texts.map((text) => model.query(text, dimensions)),
        ...texts.map((text) => model.document(text, dimensions)),
      ];
      expected.forEach((rows, index) => {
        const own = rowsOf(found[index]!);
        expect(own.length).toBe(rows.length);
        rows.forEach((row, at) => {
          expectClose(own[at]!, row);
        });
      });
    });
  });

  describe.each(Object.entries(CROSS_ENCODERS))('%s', (name, make) => {
    const model = add(name, make());

    it('scores documents, long ones by their best window', async () => {
      const { encoder, tokenizer, recipe, info } = await engine.models.pairs(name);
      expect(info.maxTokens).toBe(model.maxTokens);
      const query = TEXTS[0]!;
      const documents = [...TEXTS, Array.from({ length: quick ? 3 : 12 }, () => TEXTS[2]).join(' ')];
      const { windows, documentOf } = pairWindows(tokenizer, query, documents, {
        recipe,
        maxTokens: info.maxTokens,
      });
      expect(windows.length).toBeGreaterThan(documents.length);
      const logits = await runAll(encoder.group, windows);
      expectClose(documentScores(logits, documentOf, documents.length), model.scores(query, documents));
    });
  });

  describe('reranker v3', () => {
    const model = add('v3 scores', tinyRerankerV3());
    const withVectors = add('v3 vectors', tinyRerankerV3(true));
    const documents = ['Paris is the capital of France.', 'Berlin <|embed_token|> is in Germany.', 'rabbit'];

    it('scores a block of documents', async () => {
      const { encoder, tokenizer, recipe, info } = await engine.models.listwise('v3 scores');
      const options = { recipe, maxTokens: info.maxTokens };
      const blocks = listwiseBlocks(tokenizer, TEXTS[0]!, documents, options);
      expect(blocks).toHaveLength(1);
      const clean = documents.map((text) => text.replace('<|embed_token|>', ''));
      expectClose(mergeBlocks(await runAll(encoder.group, blocks)), model.scores(TEXTS[0]!, clean));
      const instruction = 'Prefer short passages.';
      const instructed = listwiseBlocks(tokenizer, TEXTS[0]!, documents, { ...options, instruction });
      expectClose(
        mergeBlocks(await runAll(encoder.group, instructed)),
        model.scores(TEXTS[0]!, clean, instruction),
      );
    });

    it('merges blocks by their query vectors, where the graph gives them', async () => {
      const { encoder, tokenizer, recipe, info } = await engine.models.listwise('v3 vectors');
      expect(encoder.givesEmbeddings).toBe(true);
      const blocks = listwiseBlocks(tokenizer, 'France', ['Paris', 'Berlin', 'rabbit'], {
        recipe: { ...recipe, maxDocuments: 2 },
        maxTokens: info.maxTokens,
      });
      expect(blocks.map(({ firstDocument }) => firstDocument)).toEqual([0, 2]);
      const results = await runAll(encoder.group, blocks);
      expectClose(results[0]!.scores, withVectors.scores('France', ['Paris', 'Berlin']));
      const merged = mergeBlocks(results);
      const weights = results.map(({ scores }) => (1 + Math.max(...scores)) / 2);
      const query = Array.from(
        results[0]!.queryEmbedding!,
        (value, at) => weights[0]! * value + weights[1]! * results[1]!.queryEmbedding![at]!,
      );
      const document = results[1]!.documentEmbeddings!;
      const dot = query.reduce((sum, value, at) => sum + value * document[at]!, 0);
      const lengths = Math.hypot(...query) * Math.hypot(...document);
      expect(merged[2]).toBeCloseTo(dot / lengths, 6);
    });
  });

  it('refuses a model for what it is not', async () => {
    add('no reranker', tinyMiniLM());
    await expect(engine.models.pairs('no reranker')).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await expect(engine.models.images('no reranker')).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
}
