import { FoundationError } from '@nearfield/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import { LetterFoundation, MAX_WORDS } from '../testing.ts';
import { App } from './app.ts';
import { documentOf } from './read-files.ts';

let local: LetterFoundation;
let remote: LetterFoundation;
let app: App;
const deleted: (string | undefined)[] = [];

const document = (name: string, ...paragraphs: string[]) => documentOf(name, paragraphs.join('\n\n'), false);
const long = (word: string): string => Array.from({ length: 14 }, () => word).join(' ');

beforeEach(() => {
  local = new LetterFoundation();
  remote = new LetterFoundation();
  deleted.length = 0;
  app = new App({
    connections: {
      local: () => ({
        foundation: local.foundation,
        storage: {
          usage: async () => [{ model: 'letters', bytes: 10, complete: true }],
          delete: async (model) => void deleted.push(model),
          persist: async () => true,
          export: async () => [],
          import: async () => [],
        },
        load: async () => {
          throw new Error('These tests load no model.');
        },
        unload: async () => undefined,
      }),
      remote: () => remote.foundation,
    },
    models: { local: 'letters', remote: 'letters' },
    baseUrl: 'https://example.org',
    debounce: 5,
  });
});

const answers = (): string[] | undefined => app.state.answers?.map(({ passage }) => passage.text);
const settled = () => expect.poll(() => app.state).toMatchObject({ searching: false, indexing: undefined });

describe('indexing', () => {
  test('starts with the first text and counts', async () => {
    await app.addDocuments([document('a', long('apple'), long('brick'))]);
    expect(app.state).toMatchObject({ total: 2, indexed: 2, indexing: undefined, problems: [] });
    expect(app.state.lastRun).toMatchObject({ tokens: 28, passages: 2 });
  });

  test('takes in what is added while it runs', async () => {
    local.pause();
    const first = app.addDocuments([document('a', long('apple'))]);
    await app.addDocuments([document('b', long('brick'))]);
    local.resume();
    await first;
    expect(app.state).toMatchObject({ total: 2, indexed: 2 });
  });

  test('stops when cancelled, and goes on', async () => {
    local.pause();
    const indexing = app.addDocuments([document('a', long('apple'))]);
    await expect.poll(() => local.calls).toHaveLength(1);
    app.cancelIndexing();
    await indexing;
    expect(app.state).toMatchObject({ indexed: 0, indexing: undefined, problems: [] });
    local.resume();
    await app.index();
    expect(app.state.indexed).toBe(1);
  });

  test('shows the loading of a model and its time', async () => {
    local.events = [
      { type: 'model-progress', model: 'letters', loaded: 0, total: 9, fromCache: false, files: [] },
      { type: 'model-state', model: 'letters', state: 'ready' },
    ];
    await app.addDocuments([document('a', long('apple'))]);
    expect(app.state.loading).toMatchObject({ state: 'ready', took: expect.any(Number) });
  });

  test('reports an error in words and forgets it when the next run succeeds', async () => {
    local.failure = new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' });
    await app.addDocuments([document('a', long('apple'))]);
    expect(app.state.problems).toMatchObject([
      { code: 'DOWNLOAD_FAILED', origin: 'indexing', message: 'No route.' },
    ]);
    expect(app.state).toMatchObject({ indexing: undefined, loading: undefined });
    local.failure = undefined;
    await app.index();
    expect(app.state).toMatchObject({ problems: [], indexed: 1 });
  });

  test('of nothing says that there is no text', async () => {
    await app.addText('Empty', ' \n ');
    expect(app.state.problems).toMatchObject([
      { code: 'INPUT_VALIDATION_FAILED', title: 'There is no text to index' },
    ]);
  });

  test('leaves out files that are no text', async () => {
    await app.addFiles([new File([new Uint8Array([0, 1])], 'a.bin'), new File([long('apple')], 'b.txt')]);
    expect(app.state.documents.map(({ name }) => name)).toEqual(['b.txt']);
    expect(app.state.problems).toMatchObject([{ origin: 'files' }]);
    expect(app.state.indexed).toBe(1);
  });
});

describe('asking', () => {
  beforeEach(() =>
    app.addDocuments([document('a', long('apple'), long('brick'), `${long('Cloud')}. ${long('Zoo')}.`)]),
  );

  test('ranks passages and times the question', async () => {
    app.setQuestion('brick');
    await settled();
    expect(answers()?.[0]).toBe(long('brick'));
    expect(app.state.answers?.[0]?.score).toBeCloseTo(1, 5);
    expect(app.state.timings).toEqual({ embed: expect.any(Number), search: expect.any(Number) });
  });

  test('finds the best sentence of each answer afterwards', async () => {
    app.setQuestion('zoo');
    await expect.poll(() => app.state.answers?.some(({ sentence }) => sentence)).toBe(true);
    const { passage, sentence } = app.state.answers!.find((answer) => answer.sentence)!;
    expect(passage.text.slice(sentence!.start, sentence!.end)).toMatch(/^Zoo/);
  });

  test('waits for a pause in typing', async () => {
    local.calls.length = 0;
    for (const question of ['b', 'br', 'bri', 'bric', 'brick']) app.setQuestion(question);
    await settled();
    expect(local.calls[0]?.inputs).toEqual(['brick']);
  });

  test('cancels what a new question supersedes, and never shows its answers', async () => {
    local.calls.length = 0;
    local.pause();
    app.setQuestion('apple');
    await expect.poll(() => local.calls).toHaveLength(1);
    app.setQuestion('brick');
    expect(local.calls[0]!.options.signal?.aborted).toBe(true);
    const shown: (string | undefined)[] = [];
    app.subscribe(() => shown.push(answers()?.[0]));
    local.resume();
    await expect.poll(() => answers()?.[0]).toBe(long('brick'));
    expect(new Set(shown)).toEqual(new Set([undefined, long('brick')]));
  });

  test('cancels the sentences of a superseded question', async () => {
    local.calls.length = 0;
    local.pause((inputs) => inputs.length > 1);
    app.setQuestion('apple');
    await expect.poll(() => local.calls.map(({ inputs }) => inputs.length)).toEqual([1, 2]);
    app.setQuestion('brick');
    expect(local.calls[1]!.options.signal?.aborted).toBe(true);
    local.resume();
    await settled();
  });

  test('clears the answers with the question', async () => {
    app.setQuestion('brick');
    await settled();
    app.setQuestion('');
    expect(app.state).toMatchObject({ answers: undefined, timings: undefined, searching: false });
  });

  test('says when a question is too long, until it is shorter', async () => {
    app.setQuestion('word '.repeat(MAX_WORDS + 1));
    await expect
      .poll(() => app.state.problems)
      .toMatchObject([{ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', origin: 'question' }]);
    expect(app.state.answers).toBeUndefined();
    app.setQuestion('brick');
    await settled();
    expect(app.state.problems).toEqual([]);
  });

  test('takes removed passages out of the answers', async () => {
    await app.addDocuments([document('b', long('brick'))]);
    app.setQuestion('brick');
    await settled();
    expect(answers()?.filter((text) => text === long('brick'))).toHaveLength(2);
    app.removeDocument(app.state.documents[0]!.id);
    await settled();
    expect(answers()).toEqual([long('brick')]);
  });

  test('brings in passages that are indexed later', async () => {
    app.setQuestion('zebra');
    await settled();
    await app.addDocuments([document('b', long('zebra'))]);
    await expect.poll(() => answers()?.[0]).toBe(long('zebra'));
  });
});

describe('switching', () => {
  test('asks the other foundation, and keeps both indexes', async () => {
    await app.addDocuments([document('a', long('apple'))]);
    app.setMode('remote');
    expect(app.state).toMatchObject({ mode: 'remote', indexed: 0, total: 1 });
    expect(remote.calls).toHaveLength(0);
    await app.index();
    expect(remote.calls[0]?.inputs).toEqual([long('apple')]);
    app.setMode('local');
    expect(app.state.indexed).toBe(1);
    app.setMode('remote');
    expect(app.state.indexed).toBe(1);
    expect(local.calls).toHaveLength(1);
  });

  test('stops what is running, quietly', async () => {
    local.pause();
    const indexing = app.addDocuments([document('a', long('apple'))]);
    await expect.poll(() => local.calls).toHaveLength(1);
    app.setMode('remote');
    await indexing;
    expect(local.calls[0]!.options.signal?.aborted).toBe(true);
    expect(app.state).toMatchObject({ problems: [], indexing: undefined, mode: 'remote' });
  });

  test('keeps vectors when only the key changes, and forgets the problem of the old one', async () => {
    app.setMode('remote');
    remote.failure = new FoundationError({ code: 'AUTH_INVALID_API_KEY', message: 'Wrong key.' });
    await app.addDocuments([document('a', long('apple'))]);
    expect(app.state.problems).toMatchObject([{ code: 'AUTH_INVALID_API_KEY' }]);
    remote.failure = undefined;
    app.setRemote({ apiKey: 'right' });
    expect(app.state.problems).toEqual([]);
    await app.index();
    expect(app.state.indexed).toBe(1);
    app.setRemote({ apiKey: 'another' });
    expect(app.state.indexed).toBe(1);
    app.setRemote({ baseUrl: 'https://elsewhere.example' });
    expect(app.state.indexed).toBe(0);
  });

  test('answers the question that is already there', async () => {
    await app.addDocuments([document('a', long('apple'))]);
    app.setMode('remote');
    await app.index();
    app.setMode('local');
    app.setQuestion('apple');
    await settled();
    app.setMode('remote');
    await expect.poll(() => app.state.answers).toHaveLength(1);
  });
});

test('refreshing reports what is there', async () => {
  await app.refresh();
  expect(app.state.capabilities.local?.models).toEqual(['letters']);
  expect(app.state.stored).toHaveLength(1);
  await app.deleteStored('letters');
  expect(deleted).toEqual(['letters']);
});
