import { beforeEach, describe, expect, test } from 'vitest';
import { LetterFoundation, letterVector } from '../testing.ts';
import type { Passage } from './passage.ts';
import { type IndexingProgress, SearchSession } from './session.ts';

const passage = (text: string): Passage => ({ id: text, source: 'test', text });
const numbered = (count: number): Passage[] =>
  Array.from({ length: count }, (_, index) => passage(`passage ${index}`));

let letters: LetterFoundation;
beforeEach(() => {
  letters = new LetterFoundation();
});

const session = (passages: readonly Passage[], model = 'letters'): SearchSession =>
  new SearchSession(letters.foundation, model, passages);

describe('index', () => {
  test('embeds every passage once, in batches', async () => {
    const passages = numbered(150);
    const search = session(passages);
    const progress: IndexingProgress[] = [];
    await search.index({ onProgress: (event) => progress.push(event) });
    expect(search.indexed).toBe(150);
    expect(letters.calls.map(({ inputs }) => inputs.length)).toEqual([64, 64, 22]);
    expect(letters.calls.flatMap(({ inputs }) => inputs)).toEqual(passages.map(({ text }) => text));
    expect(letters.calls.every(({ options }) => options.priority === 'bulk')).toBe(true);
    expect(progress[0]).toMatchObject({ done: 0, total: 150, tokens: 0 });
    expect(progress.at(-1)).toMatchObject({ done: 150, total: 150, passages: 150, tokens: 300 });
    for (const [index, { done }] of progress.entries()) {
      expect(done).toBeGreaterThanOrEqual(progress[index - 1]?.done ?? 0);
      expect(done).toBeLessThanOrEqual(150);
    }
    await search.index();
    expect(letters.calls).toHaveLength(3);
  });

  test('goes on where a cancellation stopped it', async () => {
    const search = session(numbered(150));
    const controller = new AbortController();
    const stopped = search.index({
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
    await search.index();
    expect(search.indexed).toBe(150);
    expect(search.search(letterVector('passage 149'), 1)[0]?.score).toBeCloseTo(1, 5);
  });

  test('leaves the error of an empty list to the foundation', async () => {
    await expect(session([]).index()).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
  });

  test('names the tasks of models that have them', async () => {
    const search = session([passage('One. Two.')], 'jina-embeddings-v3');
    await search.index();
    await search.embedQuestion('q');
    await search.embedSentences([passage('One. Two.')]);
    expect(letters.calls.map(({ task }) => task)).toEqual([
      'retrieval.passage',
      'retrieval.query',
      'retrieval.passage',
    ]);
    letters.calls.length = 0;
    await session([passage('One.')]).index();
    expect(letters.calls[0]?.task).toBeUndefined();
  });
});

describe('setPassages', () => {
  test('keeps the vectors of passages that stay', async () => {
    const [apple, brick, cloud] = [passage('apple'), passage('brick'), passage('cloud')];
    const search = session([apple, brick]);
    await search.index();
    search.setPassages([brick, cloud]);
    expect(search.indexed).toBe(1);
    expect(search.search(letterVector('apple'), 5).map((found) => found.passage)).toEqual([brick]);
    await search.index();
    expect(letters.calls.map(({ inputs }) => inputs)).toEqual([['apple', 'brick'], ['cloud']]);
    expect(search.search(letterVector('cloud'), 1)[0]?.passage).toBe(cloud);
  });

  test('drops vectors that arrive for passages that have gone', async () => {
    const [apple, brick] = [passage('apple'), passage('brick')];
    const search = session([apple, brick]);
    letters.pause();
    const indexing = search.index();
    search.setPassages([brick]);
    letters.resume();
    await indexing;
    expect(search.indexed).toBe(1);
    expect(search.search(letterVector('apple'), 5).map((found) => found.passage)).toEqual([brick]);
  });
});

describe('sentences', () => {
  const text = 'Zebras buzz. An apple a day. Mmm mmm.';

  test('finds the one that is nearest to the question', async () => {
    const fruit = passage(text);
    const search = session([fruit]);
    const question = letterVector('apple day');
    expect(search.bestSentence(question, fruit)).toBeUndefined();
    await search.embedSentences([fruit]);
    const { start, end } = search.bestSentence(question, fruit)!;
    expect(text.slice(start, end)).toBe('An apple a day.');
  });

  test('are embedded once, and not at all where there is one only', async () => {
    const passages = [passage(text), passage('Single.')];
    const search = session(passages);
    await search.embedSentences(passages);
    await search.embedSentences(passages);
    expect(letters.calls.map(({ inputs }) => inputs)).toEqual([
      ['Zebras buzz.', 'An apple a day.', 'Mmm mmm.'],
    ]);
    expect(search.bestSentence(letterVector('single'), passages[1]!)).toBeUndefined();
  });

  test('that were cancelled are embedded the next time', async () => {
    const fruit = passage(text);
    const search = session([fruit]);
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
