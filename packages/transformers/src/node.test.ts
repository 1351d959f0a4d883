/** transformers.js in Node behind the contract, on tiny models, against their float64 references. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawImage } from '@huggingface/transformers';
import { writeModel } from '@nearfield/model-tiny/node';
import { type CallProgress, cosine, embed, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip, entailment, FILES, minilm, modelsBelow, reranker } from '../test/models.ts';
import { createNodeTransformers } from './node.ts';

const TEXTS = ['Follow the white rabbit.', 'x', 'What is the capital of France?'];

let directory: string;
let foundation: SearchFoundation;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-transformers-'));
  for (const [id, files] of Object.entries(FILES)) await writeModel(join(directory, id), { files });
  foundation = createNodeTransformers({ models: modelsBelow(`${directory}/`) });
});
afterAll(async () => {
  await foundation.close();
  await rm(directory, { recursive: true });
});

const softmax = (values: readonly number[]): number[] => {
  const powers = values.map(Math.exp);
  const sum = powers.reduce((left, right) => left + right, 0);
  return powers.map((power) => power / sum);
};

describe('embeddings', () => {
  it('are those of the reference, alone and together', async () => {
    const { data, usage, model } = await foundation.embeddings({ model: 'minilm', input: TEXTS });
    expect(model).toBe('minilm');
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const [index, { embedding }] of data.entries()) {
      const expected = minilm.embed(TEXTS[index]!);
      expect(embedding).toBeInstanceOf(Float32Array);
      embedding.forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4);
      });
    }
    const counts = TEXTS.map((text) => minilm.tokenizer.bare(text).length + 2);
    expect(usage.total_tokens).toBe(counts.reduce((sum, count) => sum + count, 0));
    const alone = await embed(foundation, 'minilm', TEXTS[0]!);
    expect(cosine(alone, data[0]!.embedding)).toBeGreaterThan(1 - 1e-6);
  });

  it('have the encodings, the cut and the length that are asked for', async () => {
    const cut = await foundation.embeddings({ model: 'minilm', input: 'x', dimensions: 8 });
    expect(cut.data[0]!.embedding).toHaveLength(8);
    expect(Math.hypot(...cut.data[0]!.embedding)).toBeCloseTo(1, 5);
    const both = await foundation.embeddings({
      model: 'minilm',
      input: ['x'],
      embedding_type: ['float', 'base64'],
      normalized: false,
    });
    const { float, base64 } = both.data[0]!.embedding;
    expect(new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)).toEqual(float);
    expect(Math.hypot(...float)).not.toBeCloseTo(1, 2);
  });

  it('have the prompt of their task', async () => {
    const asked = await embed(foundation, 'minilm', 'x', { task: 'retrieval.query' });
    expect(asked).toEqual(await embed(foundation, 'minilm', 'query: x'));
    await expect(embed(foundation, 'minilm', 'x', { task: 'clustering' })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringContaining("no task 'clustering'. It has retrieval.query."),
    });
  });

  it('of long texts are refused, or cut if the request allows it', async () => {
    const long = 'rabbit '.repeat(600);
    await expect(embed(foundation, 'minilm', long)).rejects.toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      param: 'input.0',
    });
    const { usage, data } = await foundation.embeddings({ model: 'minilm', input: long, truncate: true });
    expect(usage.total_tokens).toBe(512);
    const longer = await embed(foundation, 'minilm', `${long} and more`, { truncate: true });
    expect(cosine(longer, data[0]!.embedding)).toBeGreaterThan(1 - 1e-6);
  });

  it('refuse what the library has nothing for', async () => {
    for (const field of ['late_chunking', 'return_multivector'] as const) {
      const call = foundation.embeddings({ model: 'minilm', input: ['x'], [field]: true });
      await expect(call).rejects.toMatchObject({ code: 'NOT_SUPPORTED', param: field });
    }
    await expect(
      foundation.embeddings({ model: 'minilm', input: [{ image: 'https://example.org/a.png' }] }),
    ).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input.0' });
    await expect(
      foundation.embeddings({ model: 'minilm', input: 'x', dimensions: 1000 }),
    ).rejects.toMatchObject({ param: 'dimensions' });
    await expect(foundation.segment({ content: 'x' })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});

describe('texts and pictures in one space', () => {
  const { side } = clip;
  const pixels = Uint8ClampedArray.from({ length: side * side * 3 }, (_, index) => (index * 37) % 251);

  /** What the model's preprocessor makes of the pixels: channels apart, scaled by mean and deviation. */
  function values(): number[] {
    const mean = [0.48145466, 0.4578275, 0.40821073];
    const deviation = [0.26862954, 0.26130258, 0.27577711];
    return [0, 1, 2].flatMap((channel) =>
      Array.from(
        { length: side * side },
        (_, place) => (pixels[place * 3 + channel]! / 255 - mean[channel]!) / deviation[channel]!,
      ),
    );
  }

  it('are those of the reference', async () => {
    const png: Buffer = await new RawImage(pixels, side, side, 3).toSharp().png().toBuffer();
    const picture = clip.image(values());
    for (const image of [
      new Blob([new Uint8Array(png)], { type: 'image/png' }),
      png.toString('base64'),
      `data:image/png;base64,${png.toString('base64')}`,
    ]) {
      const { data } = await foundation.embeddings({
        model: 'clip',
        input: [TEXTS[0]!, { image }, { text: TEXTS[1]! }],
      });
      const expected = [clip.text(TEXTS[0]!), picture, clip.text(TEXTS[1]!)];
      data.forEach(({ embedding }, index) => {
        embedding.forEach((value, at) => {
          expect(Math.abs(value - expected[index]![at]!)).toBeLessThan(1e-4);
        });
      });
    }
  });

  it('say so if a picture cannot be read', async () => {
    await expect(
      foundation.embeddings({ model: 'clip', input: [{ image: 'bm90IGEgcGljdHVyZQ==' }] }),
    ).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringContaining('A picture cannot be read'),
    });
  });
});

describe('rerank', () => {
  it('ranks by the sigmoid of the reference’s logits', async () => {
    const query = 'white rabbit';
    const { results, usage } = await foundation.rerank({ model: 'reranker', query, documents: TEXTS });
    const expected = reranker.scores(query, TEXTS);
    expect(results.map(({ index }) => index)).toEqual(
      [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!),
    );
    for (const { index, relevance_score, document } of results) {
      expect(relevance_score).toBeCloseTo(expected[index]!, 4);
      expect(document).toEqual({ text: TEXTS[index] });
    }
    expect(usage.total_tokens).toBeGreaterThan(0);
    const best = await foundation.rerank({
      model: 'reranker',
      query,
      documents: TEXTS.map((text, id) => ({ text, id })),
      top_n: 1,
    });
    expect(best.results).toHaveLength(1);
    expect(best.results[0]!.document.id).toBe(results[0]!.index);
  });
});

describe('classify', () => {
  const labels = ['rabbit', 'France', 'capital'];

  it('gives each label its share of entailment', async () => {
    const { data } = await foundation.classify({ model: 'entailment', input: TEXTS, labels });
    data.forEach(({ prediction, score, predictions }, index) => {
      const expected = softmax(
        labels.map((label) => entailment.logits(TEXTS[index]!, `this is ${label}`)[0]!),
      );
      expect(predictions.map(({ label }) => label)).toEqual(labels);
      predictions.forEach((each, at) => {
        expect(each.score).toBeCloseTo(expected[at]!, 4);
      });
      expect(score).toBe(Math.max(...predictions.map((each) => each.score)));
      expect(prediction).toBe(predictions.find((each) => each.score === score)!.label);
    });
  });

  it('answers groups of labels apart', async () => {
    const grouped = { animal: ['rabbit', 'horse'], place: ['France', 'Spain'] };
    const { data } = await foundation.classify({ model: 'entailment', input: 'x', labels: grouped });
    for (const group of ['animal', 'place'] as const) {
      const alone = await foundation.classify({ model: 'entailment', input: 'x', labels: grouped[group] });
      expect(data[0]!.predictions[group]).toEqual(alone.data[0]!.predictions);
    }
  });
});

describe('calls', () => {
  it('report the files and the work', async () => {
    const fresh = createNodeTransformers({ models: modelsBelow(`${directory}/`) });
    const events: CallProgress[] = [];
    const input = Array.from({ length: 40 }, (_, index) => `text ${index}`);
    await fresh.embeddings({ model: 'minilm', input }, { onProgress: (event) => events.push(event) });
    await fresh.close();
    const kinds = events.map(({ type }) => type);
    expect(kinds.indexOf('model-state')).toBeGreaterThan(kinds.indexOf('model-progress'));
    const work = events.filter((event) => event.type === 'work-progress');
    expect(work.map(({ inputs }) => inputs.done)).toEqual([16, 32, 40]);
    expect(work.at(-1)!.tokens.done).toBe(work.at(-1)!.tokens.total);
  });

  it('end at once when they are aborted, and leave the others alone', async () => {
    const controller = new AbortController();
    const input = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    const done: number[] = [];
    const aborted = foundation.embeddings(
      { model: 'minilm', input },
      {
        signal: controller.signal,
        onProgress: (event) => {
          if (event.type !== 'work-progress') return;
          done.push(event.inputs.done);
          controller.abort();
        },
      },
    );
    const other = embed(foundation, 'minilm', 'x');
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(done).toEqual([16]);
    expect(await other).toHaveLength(minilm.embed('x').length);
    await expect(embed(foundation, 'minilm', 'x', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('are refused after the foundation was closed', async () => {
    const closed = createNodeTransformers({ models: modelsBelow(`${directory}/`) });
    await closed.close();
    await expect(embed(closed, 'minilm', 'x')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('models', () => {
  it('are listed, found and reported', async () => {
    const ids = ['minilm', 'reranker', 'entailment', 'clip'];
    expect((await foundation.models.list()).data.map(({ id }) => id)).toEqual(ids);
    expect((await foundation.models.get('clip')).input_modalities).toEqual(['text', 'image']);
    await expect(foundation.models.get('minilmm')).rejects.toMatchObject({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: expect.stringContaining('minilm'),
    });
    const { methods, models } = await foundation.capabilities();
    expect(models).toEqual(ids);
    expect(methods).toMatchObject({ embeddings: true, rerank: true, classify: true, segment: false });
    await expect(foundation.rerank({ model: 'minilm', query: 'x', documents: ['x'] })).rejects.toMatchObject({
      message: expect.stringContaining('kind text-embedding, which does not support rerank'),
    });
  });

  it('without files say which, and are looked for again at the next call', async () => {
    const models = [
      { id: 'late', source: join(directory, 'late'), kind: 'text-embedding', dtype: 'fp32' } as const,
    ];
    const late = createNodeTransformers({ models });
    await expect(embed(late, 'late', 'x')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/'late' has no file \S+\.json in .*late\./),
    });
    await writeModel(join(directory, 'late'), { files: FILES.minilm! });
    expect(await embed(late, 'late', 'x')).toHaveLength(minilm.embed('x').length);
    await late.close();
  });

  it('that are not what they are said to be say so', async () => {
    const models = [
      { id: 'broken', source: join(directory, 'broken'), kind: 'text-embedding', dtype: 'fp32' },
      { id: 'not-a-clip', source: join(directory, 'minilm'), kind: 'clip', dtype: 'fp32' },
      { id: 'three', source: join(directory, 'entailment'), kind: 'reranker', dtype: 'fp32' },
    ] as const;
    const files = FILES.minilm!.map(({ path, bytes }) => ({
      path,
      bytes: path.endsWith('.onnx') ? bytes.slice(0, 100) : bytes,
    }));
    await writeModel(join(directory, 'broken'), { files });
    const wrong = createNodeTransformers({ models });
    await expect(embed(wrong, 'broken', 'x')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining("cannot load model 'broken' as text-embedding"),
    });
    await expect(embed(wrong, 'not-a-clip', 'x')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('is of type bert'),
    });
    await expect(wrong.rerank({ model: 'three', query: 'x', documents: ['x'] })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('gives 3 numbers per pair'),
    });
    await wrong.close();
  });

  it.each([
    [{ id: '', source: 'a', kind: 'clip' }, 'models.0.id'],
    [{ id: 'a', source: '', kind: 'clip' }, 'models.0.source'],
    [{ id: 'a', source: 'a', kind: 'llm' }, 'models.0.kind'],
    [{ id: 'a', source: 'a', kind: 'zero-shot', hypothesis: 'is it?' }, 'models.0.hypothesis'],
  ])('badly described are refused: %o', (model, param) => {
    let thrown: unknown;
    try {
      createNodeTransformers({ models: [model as never] });
    } catch (error) {
      thrown = error;
    }
    expect(FoundationError.isInstance(thrown)).toBe(true);
    expect(thrown).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
  });
});
