import { beforeEach, describe, expect, test } from 'vitest';
import { LetterFoundation, letterVector } from '../testing.ts';
import type { IndexingProgress } from './live-session.ts';
import type { Passage, TextDocument } from './passage.ts';
import { SearchSession } from './session.ts';

const passage = (text: string): Passage => ({ id: text, source: 'test', headings: [], text });
const documentOf = (passages: readonly Passage[], name = 'test'): TextDocument => ({
  id: name,
  name,
  kind: 'text',
  passages,
  fingerprint: name,
  added: 0,
});
const numbered = (count: number): Passage[] =>
  Array.from({ length: count }, (_, index) => passage(`passage ${index}`));

let letters: LetterFoundation;
beforeEach(() => {
  letters = new LetterFoundation();
});

const session = async (passages: readonly Passage[], model = 'letters'): Promise<SearchSession> => {
  const search = new SearchSession(letters.foundation, model);
  await search.setDocuments([documentOf(passages)]);
  return search;
};

/** Calls for texts of these tests: an index also embeds known texts, by which it notices another model. */
const own = (texts = /^(?:passage \d+|apple|brick|cloud)$/u) =>
  letters.calls.filter(({ inputs }) => inputs.every((input) => texts.test(input)));
const found = async (search: SearchSession, text: string, limit = 5): Promise<string[]> =>
  (await search.search(text, letterVector(text), { limit })).answers.map(({ passage }) => passage.text);

describe('embed', () => {
  test('embeds every passage once, in batches', async () => {
    const passages = numbered(150);
    const search = await session(passages);
    const progress: IndexingProgress[] = [];
    await search.embed({ onProgress: (event) => progress.push(event) });
    expect(search.indexed).toBe(150);
    expect(own().map(({ inputs }) => inputs.length)).toEqual([64, 64, 22]);
    expect(own().flatMap(({ inputs }) => inputs)).toEqual(passages.map(({ text }) => text));
    expect(own().every(({ options }) => options.priority === 'bulk')).toBe(true);
    expect(progress[0]).toMatchObject({ done: 0, total: 150, tokens: 0 });
    expect(progress.at(-1)).toMatchObject({ done: 150, total: 150, passages: 150, tokens: 300 });
    for (const [index, { done }] of progress.entries()) {
      expect(done).toBeGreaterThanOrEqual(progress[index - 1]?.done ?? 0);
      expect(done).toBeLessThanOrEqual(150);
    }
    const { length } = letters.calls;
    await search.embed();
    expect(letters.calls).toHaveLength(length);
  });

  test('goes on where a cancellation stopped it', async () => {
    const search = await session(numbered(150));
    const controller = new AbortController();
    const stopped = search.embed({
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done !== 64 || search.indexed !== 64) return;
        letters.pause();
        controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(search.indexed).toBe(64);
    letters.resume();
    await search.embed();
    expect(search.indexed).toBe(150);
    expect((await found(search, 'passage 149'))[0]).toBe('passage 149');
  });

  test('asks nothing before it is called', async () => {
    await session(numbered(3));
    expect(letters.calls).toEqual([]);
  });

  test('names the tasks of models that have them', async () => {
    const search = await session([passage('One. Two.')], 'jina-embeddings-v3');
    await search.embed();
    await search.embedQuestion('q');
    await search.embedSentences([passage('One. Two.')]);
    expect(own(/^(?:One\.|Two\.|One\. Two\.|q)$/u).map(({ task }) => task)).toEqual([
      'retrieval.passage',
      'retrieval.query',
      'retrieval.passage',
    ]);
    letters.calls.length = 0;
    await (await session([passage('One.')])).embed();
    expect(letters.calls.map(({ task }) => task)).toEqual(letters.calls.map(() => undefined));
  });
});

describe('setDocuments', () => {
  test('keeps the vectors of passages that stay', async () => {
    const [apple, brick, cloud] = [passage('apple'), passage('brick'), passage('cloud')];
    const search = await session([apple, brick]);
    await search.embed();
    await search.setDocuments([documentOf([brick, cloud])]);
    expect(search.indexed).toBe(1);
    expect(await found(search, 'apple')).toEqual(['brick']);
    await search.embed();
    expect(own().map(({ inputs }) => inputs)).toEqual([['apple', 'brick'], ['cloud']]);
    expect((await found(search, 'cloud'))[0]).toBe('cloud');
  });

  test('drops vectors that arrive for passages that have gone', async () => {
    const [apple, brick] = [passage('apple'), passage('brick')];
    const search = await session([apple, brick]);
    letters.pause(([first]) => first === 'apple');
    const indexing = search.embed();
    await expect.poll(() => own()).toHaveLength(1);
    await search.setDocuments([documentOf([brick])]);
    letters.resume();
    await indexing;
    expect(search.indexed).toBe(1);
    expect(await found(search, 'apple')).toEqual(['brick']);
  });
});

test('what was kept before there were filters gets them, and keeps its vectors', async () => {
  const search = await session([passage('apple')]);
  await search.embed();
  const live = await search.index();
  const { kind: _, ...metadata } = (await live.get('apple'))!.metadata as Record<string, string>;
  await live.update({ id: 'apple', filters: {}, metadata }, { until: 'stored' });
  expect(await search.facets()).toEqual({});
  const { length } = letters.calls;
  await search.setDocuments(await search.kept());
  expect(await search.facets()).toEqual({ kind: { text: 1 }, file: { test: 1 } });
  expect(search.indexed).toBe(1);
  expect(letters.calls).toHaveLength(length);
});

test('finds by words and by meaning, and says what gave how much', async () => {
  const search = await session([passage('apple'), passage('brick')]);
  await search.embed();
  const { answers: both } = await search.search('brick', letterVector('apple'), { limit: 2 });
  expect(
    new Map(both.map(({ passage: { text }, explanation }) => [text, explanation!.words.length])),
  ).toEqual(
    new Map([
      ['apple', 0],
      ['brick', 1],
    ]),
  );
});

test('carries documents and vectors to another session as a file', async () => {
  const search = await session([passage('apple'), passage('brick')]);
  await search.embed();
  const file = await search.export();
  const other = new SearchSession(letters.foundation, 'letters');
  const { length } = letters.calls;
  await other.import(file);
  const kept = await other.kept();
  expect(kept).toEqual([documentOf([passage('apple'), passage('brick')])]);
  await other.setDocuments(kept);
  expect(other.indexed).toBe(2);
  expect(await found(other, 'apple', 1)).toEqual(['apple']);
  expect(letters.calls).toHaveLength(length);
});

describe('sentences', () => {
  const text = 'Zebras buzz. An apple a day. Mmm mmm.';

  test('finds the one that is nearest to the question', async () => {
    const fruit = passage(text);
    const search = await session([fruit]);
    const question = letterVector('apple day');
    expect(search.bestSentence(question, fruit)).toBeUndefined();
    await search.embedSentences([fruit]);
    const { start, end } = search.bestSentence(question, fruit)!;
    expect(text.slice(start, end)).toBe('An apple a day.');
  });

  test('are embedded once, and not at all where there is one only', async () => {
    const passages = [passage(text), passage('Single.')];
    const search = await session(passages);
    await search.embedSentences(passages);
    await search.embedSentences(passages);
    expect(letters.calls.map(({ inputs }) => inputs)).toEqual([
      ['Zebras buzz.', 'An apple a day.', 'Mmm mmm.'],
    ]);
    expect(search.bestSentence(letterVector('single'), passages[1]!)).toBeUndefined();
  });

  test('that were cancelled are embedded the next time', async () => {
    const fruit = passage(text);
    const search = await session([fruit]);
    letters.pause();
    const controller = new AbortController();
    const stopped = search.embedSentences([fruit], controller.signal);
    controller.abort();
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    letters.resume();
    await search.embedSentences([fruit]);
    expect(search.bestSentence(letterVector('zebra'), fruit)).toBeDefined();
  });
});
