import { FoundationError } from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { documentOf } from '../search/read-files.ts';
import { LetterFoundation, MAX_WORDS } from '../testing.ts';
import { App } from './app.ts';
import type { Shared, Tabs } from './tabs.ts';

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

  test('a text without any is left out, and says so', async () => {
    await app.addText('Empty', ' \n ');
    expect(app.state.documents).toEqual([]);
    expect(app.state.problems).toMatchObject([
      { origin: 'files', title: 'A text was left out', message: 'Empty holds no text.' },
    ]);
    expect(local.calls).toHaveLength(0);
  });

  test('the same text is taken once, under whatever name', async () => {
    await app.addDocuments([document('a', long('apple'))]);
    await app.addFiles([
      new File([long('apple')], 'b.txt'),
      new File([long('brick')], 'c.txt'),
      new File([long('brick')], 'c.txt'),
    ]);
    expect(app.state.documents.map(({ name }) => name)).toEqual(['a', 'c.txt']);
    expect(app.state.problems).toMatchObject([
      {
        title: '2 texts were left out',
        details: ['b.txt is here already, as a.', 'c.txt is here already.'],
        advice: 'The others were added.',
      },
    ]);
    // One card, and gone with the next thing that is added.
    await app.addDocuments([document('d', long('cloud'))]);
    expect(app.state.problems).toEqual([]);
  });

  test('tells screen readers of each quarter', async () => {
    const heard: string[] = [];
    app.subscribe(() => {
      const { text } = app.state.announcement;
      if (text !== '' && heard.at(-1) !== text) heard.push(text);
    });
    const many = Array.from({ length: 256 }, (_, index) => long(`word${index}`));
    await app.addDocuments([document('a', ...many)]);
    await vi.waitFor(() => expect(heard.at(-1)).toBe('256 passages indexed.'));
    expect(heard).toEqual(['25 % indexed.', '50 % indexed.', '75 % indexed.', '256 passages indexed.']);
    expect(app.state.toast).toBeUndefined();
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

test('nothing is left of the answers when the last text is removed', async () => {
  await app.addDocuments([document('a', long('apple'))]);
  app.setQuestion('apple');
  await settled();
  expect(app.state.answers).toHaveLength(1);
  app.removeDocument(app.state.documents[0]!.id);
  expect(app.state).toMatchObject({ answers: undefined, answered: undefined, timings: undefined, total: 0 });
  // The question waits for the next text.
  await app.addDocuments([document('b', long('brick'))]);
  await vi.waitFor(() => expect(app.state.answers).toHaveLength(1));
});

describe('what happened', () => {
  test('is shown for a while, and longer while it is read', () => {
    vi.useFakeTimers();
    try {
      app.announce('Stored.');
      expect(app.state).toMatchObject({ announcement: { text: 'Stored.' }, toast: { text: 'Stored.' } });
      vi.advanceTimersByTime(5900);
      app.announce('Stored.');
      vi.advanceTimersByTime(5900);
      expect(app.state.toast?.text).toBe('Stored.');
      app.holdToast();
      vi.advanceTimersByTime(60_000);
      expect(app.state.toast?.text).toBe('Stored.');
      app.releaseToast();
      vi.advanceTimersByTime(6000);
      expect(app.state.toast).toBeUndefined();
      expect(app.state.announcement.text).toBe('Stored.');
    } finally {
      vi.useRealTimers();
    }
  });

  test('the same sentence twice is noticed twice', () => {
    app.announce('Deleted.');
    const { id } = app.state.announcement;
    app.announce('Deleted.');
    expect(app.state.announcement.id).toBeGreaterThan(id);
  });

  test('keeping what is stored is answered in words', async () => {
    await app.keepStored();
    expect(app.state.toast?.text).toBe('The browser will keep the models.');
  });

  test('switching is told to screen readers', () => {
    app.setMode('remote');
    expect(app.state.announcement.text).toBe('Remote: computed at example.org.');
  });
});

describe('the server of Remote', () => {
  beforeEach(() => app.setMode('remote'));

  test('has not been asked, answers, refuses the key, cannot be reached', async () => {
    expect(app.state.reach).toBe('unknown');
    await app.addDocuments([document('a', long('apple'))]);
    expect(app.state.reach).toBe('answered');
    remote.failure = new FoundationError({ code: 'AUTH_INVALID_API_KEY', message: 'Wrong key.' });
    await app.addDocuments([document('b', long('brick'))]);
    expect(app.state.reach).toBe('refused');
    expect(app.state.problems[0]!.advice).not.toContain('jina.ai');
    app.setRemote({ apiKey: 'another' });
    expect(app.state.reach).toBe('unknown');
    remote.failure = new FoundationError({ code: 'CONNECTION_FAILED', message: 'No route.' });
    await app.index();
    expect(app.state.reach).toBe('failed');
  });

  test('an error of this page says nothing of it', () => {
    app.report(new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'No.' }), 'rerank');
    expect(app.state.reach).toBe('unknown');
  });
});

test('what another tab does is seen here', async () => {
  const tabs: Tabs & { tell?: (what: Shared) => void; told: Shared[] } = {
    told: [],
    changed: (what) => tabs.told.push(what),
    watch: (listener) => {
      tabs.tell = listener;
    },
  };
  let stored = 0;
  const second = new App({
    connections: {
      local: () => ({
        foundation: local.foundation,
        storage: {
          usage: async () => Array.from({ length: stored }, () => ({ model: 'm', bytes: 1, complete: true })),
          delete: async () => undefined,
          persist: async () => false,
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
    tabs,
  });
  const heard: Shared[] = [];
  second.watchTabs((what) => heard.push(what));
  stored = 1;
  tabs.tell!('storage');
  await vi.waitFor(() => expect(second.state.stored).toHaveLength(1));
  tabs.tell!('classifiers');
  expect(heard).toEqual(['storage', 'classifiers']);
  await second.deleteStored('m');
  expect(tabs.told).toEqual(['storage']);
  await second.keepStored();
  expect(second.state.toast?.text).toMatch(/did not agree/u);
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
