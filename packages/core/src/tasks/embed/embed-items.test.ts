import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { iconClipDirectory } from '@nearfield/model-icon-clip/build';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import type { CallProgress } from '@nearfield/spec';
import { bytesToBase64 } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

const MODEL = 'icon-clip';
const NAMES = ['pizza', 'guitar', 'rocket', 'sunflower', 'house', 'sailboat'];

const directory = temporaryDirectory('pictures');
let foundation: LocalFoundation;
let pictures: Record<string, string>;
beforeAll(async () => {
  foundation = createNodeFoundation({
    dataDirectory: directory,
    threads: 1,
    models: [
      { id: 'all-MiniLM-L6-v2', source: miniLMDirectory() },
      { id: MODEL, source: iconClipDirectory() },
    ],
  });
  const read = async (name: string): Promise<[string, string]> => {
    const bytes = await readFile(join(iconClipDirectory(), 'samples', `${name}.png`));
    return [name, bytesToBase64(bytes)];
  };
  pictures = Object.fromEntries(await Promise.all(NAMES.map(read)));
});
afterAll(async () => {
  await foundation.close();
});

const picture = (name: string): { image: string } => ({ image: pictures[name]! });

const vectorsOf = async (input: (string | { image: string })[]): Promise<Float32Array[]> => {
  const { data } = await foundation.embeddings({ model: MODEL, input });
  return data.map(({ embedding }) => embedding);
};

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

describe('a picture model with the texts of another', () => {
  it('has texts and pictures in one space, in the order of the request', async () => {
    const captions = NAMES.map((name) => `a picture of a ${name}`);
    const input = NAMES.flatMap((name, index) => [captions[index]!, picture(name)]);
    const vectors = await vectorsOf(input);
    NAMES.forEach((_, index) => {
      const cosines = NAMES.map((_, other) => dot(vectors[2 * index + 1]!, vectors[2 * other]!));
      expect(cosines.indexOf(Math.max(...cosines))).toBe(index);
    });
    const { data } = await foundation.embeddings({ model: 'all-MiniLM-L6-v2', input: captions });
    data.forEach(({ embedding }, index) => {
      expect(dot(embedding, vectors[2 * index]!)).toBeGreaterThan(0.99999);
    });
  });

  it('loads only the tower that is asked', async () => {
    await foundation.unload(MODEL);
    await foundation.unload('all-MiniLM-L6-v2');
    const loaded = async (): Promise<string[]> =>
      ((await foundation.capabilities()).loaded ?? []).map(({ id }) => id).sort();
    await foundation.embeddings({ model: MODEL, input: picture('pizza') });
    expect(await loaded()).toEqual([MODEL]);
    await foundation.unload(MODEL);
    await foundation.embeddings({ model: MODEL, input: 'pizza' });
    expect(await loaded()).toEqual(['all-MiniLM-L6-v2']);
    expect(await foundation.load(MODEL)).toMatchObject({ id: MODEL, dimensions: 384 });
  });

  it('counts 1000 tokens a started tile of 224 pixels, apart from texts', async () => {
    const input = [picture('pizza'), 'pizza', picture('house')];
    const { usage } = await foundation.embeddings({ model: MODEL, input });
    expect(usage).toEqual({ total_tokens: 2003, prompt_tokens: 2003, image_tokens: 2000 });
  });

  it('takes more pictures than it holds decoded, and tells how far it is', async () => {
    const input = Array.from({ length: 40 }, (_, index) => picture(NAMES[index % NAMES.length]!));
    const events: Extract<CallProgress, { type: 'work-progress' }>[] = [];
    const { data } = await foundation.embeddings(
      { model: MODEL, input },
      { onProgress: (event) => event.type === 'work-progress' && events.push(event) },
    );
    const singles = await vectorsOf(NAMES.map(picture));
    data.forEach(({ embedding }, index) => {
      expect(dot(embedding, singles[index % NAMES.length]!)).toBeGreaterThan(0.99999);
    });
    expect(events.at(-1)).toMatchObject({
      inputs: { done: 40, total: 40 },
      tokens: { done: 40_000, total: 40_000 },
    });
  });

  it('names the picture that cannot be read, and works afterwards', async () => {
    const bad = [...Array.from({ length: 20 }, () => picture('pizza')), { image: 'bm90IGEgcGljdHVyZQ==' }];
    expect(await rejection(foundation.embeddings({ model: MODEL, input: bad }))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'input.20.image',
    });
    expect(await vectorsOf([picture('pizza')])).toHaveLength(1);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const input = Array.from({ length: 200 }, () => picture('pizza'));
    const call = foundation.embeddings(
      { model: MODEL, input },
      {
        signal: controller.signal,
        onProgress: ({ type }) => type === 'work-progress' && controller.abort(),
      },
    );
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
  });

  it('classifies pictures by labels in words, read as its card says', async () => {
    const { data, usage } = await foundation.classify({
      model: MODEL,
      input: NAMES.map(picture),
      labels: NAMES,
    });
    expect(data.map(({ prediction }) => prediction)).toEqual(NAMES);
    const captions = await vectorsOf(NAMES.map((name) => `a picture of a ${name}`));
    const [first] = await vectorsOf([picture('pizza')]);
    const powers = captions.map((caption) => Math.exp(36 * dot(caption, first!)));
    const total = powers.reduce((left, right) => left + right);
    data[0]!.predictions.forEach(({ score }, index) => {
      expect(score).toBeCloseTo(powers[index]! / total, 4);
    });
    const { usage: texts } = await foundation.embeddings({
      model: MODEL,
      input: NAMES.map((name) => `a picture of a ${name}`),
    });
    expect(usage.total_tokens).toBe(6000 + texts.total_tokens);
  });
});

it('refuses by name what only the hosted API reads', async () => {
  const model = 'jina-clip-v1';
  const error = await rejection(
    foundation.embeddings({ model, input: [{ pdf: 'https://example.com/a.pdf' }] }),
  );
  expect(error).toMatchObject({ code: 'NOT_SUPPORTED', param: 'input.0' });
  expect(error.message).toContain('createRemote()');
});
