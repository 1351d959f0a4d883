import { FoundationError } from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { placed } from '../elements/dropped-files.ts';
import type { App } from '../shell/app.ts';
import { type LetterFoundation, MAX_WORDS } from '../testing.ts';
import { documentOfParagraphs, letterApp, long } from '../testing-app.ts';
import { Searching } from './searching.ts';
import { SearchSession } from './session.ts';

let local: LetterFoundation;
let remote: LetterFoundation;
let app: App;
let searching: Searching;

beforeEach(() => {
  ({ local, remote, app, searching } = letterApp());
});

const answers = (): string[] | undefined => searching.state.answers?.map(({ passage }) => passage.text);
const settled = () =>
  expect.poll(() => searching.state).toMatchObject({ searching: false, indexing: undefined });

describe('indexing', () => {
  test('starts with the first text and counts', async () => {
    await searching.addDocuments([documentOfParagraphs('a', long('apple'), long('brick'))]);
    expect(searching.state).toMatchObject({ total: 2, indexed: 2, indexing: undefined });
    expect(app.state.problems).toEqual([]);
    expect(searching.state.lastRun).toMatchObject({ tokens: 28, passages: 2 });
  });

  test('takes in what is added while it runs', async () => {
    local.pause();
    const first = searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    await searching.addDocuments([documentOfParagraphs('b', long('brick'))]);
    local.resume();
    await first;
    expect(searching.state).toMatchObject({ total: 2, indexed: 2 });
  });

  test('stops when cancelled, and goes on', async () => {
    local.pause();
    const indexing = searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    await expect.poll(() => local.calls).toHaveLength(1);
    searching.cancelIndexing();
    await indexing;
    expect(searching.state).toMatchObject({ indexed: 0, indexing: undefined });
    expect(app.state.problems).toEqual([]);
    local.resume();
    await searching.index();
    expect(searching.state.indexed).toBe(1);
  });

  test('shows the loading of a model and its time', async () => {
    local.events = [
      { type: 'model-progress', model: 'letters', loaded: 0, total: 9, fromCache: false, files: [] },
      { type: 'model-state', model: 'letters', state: 'ready' },
    ];
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    expect(searching.state.loadTook).toEqual(expect.any(Number));
  });

  test('reports an error in words and forgets it when the next run succeeds', async () => {
    local.failure = new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' });
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    expect(app.state.problems).toMatchObject([
      { code: 'DOWNLOAD_FAILED', origin: 'indexing', message: 'No route.' },
    ]);
    expect(searching.state).toMatchObject({ indexing: undefined, loadTook: undefined });
    expect(searching.call.state).toMatchObject({ running: false, loading: undefined });
    local.failure = undefined;
    await searching.index();
    expect(searching.state.indexed).toBe(1);
    expect(app.state.problems).toEqual([]);
  });

  test('a text without any is left out, and says so', async () => {
    await searching.addText('Empty', ' \n ');
    expect(searching.state.documents).toEqual([]);
    expect(app.state.problems).toMatchObject([
      { origin: 'files', title: 'A text was left out', message: 'Empty holds no text.' },
    ]);
    expect(local.calls).toHaveLength(0);
  });

  test('the same text is taken once, under whatever name', async () => {
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    await searching.addFiles(
      placed([
        new File([long('apple')], 'b.txt'),
        new File([long('brick')], 'c.txt'),
        new File([long('brick')], 'c.txt'),
      ]),
    );
    expect(searching.state.documents.map(({ name }) => name)).toEqual(['a', 'c.txt']);
    expect(app.state.problems).toMatchObject([
      {
        title: '2 texts were left out',
        details: ['b.txt is here already, as a.', 'c.txt is here already.'],
        advice: 'The others were added.',
      },
    ]);
    // One card, and gone with the next thing that is added.
    await searching.addDocuments([documentOfParagraphs('d', long('cloud'))]);
    expect(app.state.problems).toEqual([]);
  });

  test('tells screen readers of each quarter', async () => {
    const heard: string[] = [];
    app.subscribe(() => {
      const { text } = app.state.announcement;
      if (text !== '' && heard.at(-1) !== text) heard.push(text);
    });
    const many = Array.from({ length: 256 }, (_, index) => long(`word${index}`));
    await searching.addDocuments([documentOfParagraphs('a', ...many)]);
    await vi.waitFor(() => expect(heard.at(-1)).toBe('256 passages indexed.'));
    expect(heard).toEqual(['25 % indexed.', '50 % indexed.', '75 % indexed.', '256 passages indexed.']);
    expect(app.state.toast).toBeUndefined();
  });

  test('leaves out files that are no text', async () => {
    await searching.addFiles(
      placed([new File([new Uint8Array([0, 1])], 'a.bin'), new File([long('apple')], 'b.txt')]),
    );
    expect(searching.state.documents.map(({ name }) => name)).toEqual(['b.txt']);
    expect(app.state.problems).toMatchObject([{ origin: 'files' }]);
    expect(searching.state.indexed).toBe(1);
  });
});

describe('asking', () => {
  beforeEach(() =>
    searching.addDocuments([
      documentOfParagraphs('a', long('apple'), long('brick'), `${long('Cloud')}. ${long('Zoo')}.`),
    ]),
  );

  test('ranks passages and times the question', async () => {
    searching.setQuestion('brick');
    await settled();
    expect(answers()?.[0]).toBe(long('brick'));
    const [first, second] = searching.state.answers!;
    expect(first!.score).toBeGreaterThan(second!.score);
    expect(first!.explanation).toMatchObject({ words: [{ word: 'brick' }] });
    expect(searching.state.timings).toEqual({
      embed: expect.any(Number),
      search: expect.any(Number),
      tokens: 1,
      model: 'letters',
      answerer: { side: 'local', host: 'example.org', place: 'in this browser', failover: undefined },
    });
  });

  test('finds the best sentence of each answer afterwards', async () => {
    searching.setQuestion('zoo');
    await expect.poll(() => searching.state.answers?.some(({ sentence }) => sentence)).toBe(true);
    const { passage, sentence } = searching.state.answers!.find((answer) => answer.sentence)!;
    expect(passage.text.slice(sentence!.start, sentence!.end)).toMatch(/^Zoo/);
  });

  test('searches its passages once, and the timing shown is of that', async () => {
    const searches = vi.spyOn(SearchSession.prototype, 'search');
    try {
      const shown: (typeof searching.state)[] = [];
      searching.subscribe(() => searching.state.answers && shown.push(searching.state));
      searching.setQuestion('zoo');
      await expect.poll(() => searching.state.answers?.some(({ sentence }) => sentence)).toBe(true);
      expect(shown[0]!.answers!.some(({ sentence }) => sentence)).toBe(false);
      expect(searches).toHaveBeenCalledTimes(1);
      expect(new Set(shown.map(({ timings }) => timings)).size).toBe(1);
      // The same question is answered again where passages come, once for each time.
      await searching.addDocuments([documentOfParagraphs('b', long('zoology'))]);
      await expect.poll(() => answers()).toContain(long('zoology'));
      await settled();
      expect(searches).toHaveBeenCalledTimes(2);
    } finally {
      searches.mockRestore();
    }
  });

  test('waits for a pause in typing', async () => {
    local.calls.length = 0;
    for (const question of ['b', 'br', 'bri', 'bric', 'brick']) searching.setQuestion(question);
    await settled();
    expect(local.calls[0]?.inputs).toEqual(['brick']);
  });

  test('cancels what a new question supersedes, and never shows its answers', async () => {
    local.calls.length = 0;
    local.pause();
    searching.setQuestion('apple');
    await expect.poll(() => local.calls).toHaveLength(1);
    searching.setQuestion('brick');
    expect(local.calls[0]!.options.signal?.aborted).toBe(true);
    const shown: (string | undefined)[] = [];
    searching.subscribe(() => shown.push(answers()?.[0]));
    local.resume();
    await expect.poll(() => answers()?.[0]).toBe(long('brick'));
    expect(new Set(shown)).toEqual(new Set([undefined, long('brick')]));
  });

  test('cancels the sentences of a superseded question', async () => {
    local.calls.length = 0;
    local.pause((inputs) => inputs.length > 1);
    searching.setQuestion('apple');
    await expect.poll(() => local.calls.map(({ inputs }) => inputs.length)).toEqual([1, 2]);
    searching.setQuestion('brick');
    expect(local.calls[1]!.options.signal?.aborted).toBe(true);
    local.resume();
    await settled();
  });

  test('clears the answers with the question', async () => {
    searching.setQuestion('brick');
    await settled();
    searching.setQuestion('');
    expect(searching.state).toMatchObject({ answers: undefined, timings: undefined, searching: false });
  });

  test('says when a question is too long, until it is shorter', async () => {
    searching.setQuestion('word '.repeat(MAX_WORDS + 1));
    await expect
      .poll(() => app.state.problems)
      .toMatchObject([{ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', origin: 'question' }]);
    expect(searching.state.answers).toBeUndefined();
    searching.setQuestion('brick');
    await settled();
    expect(app.state.problems).toEqual([]);
  });

  test('takes removed passages out of the answers', async () => {
    await searching.addDocuments([documentOfParagraphs('b', long('brick'))]);
    searching.setQuestion('brick');
    await settled();
    expect(answers()?.filter((text) => text === long('brick'))).toHaveLength(2);
    await searching.removeDocument(searching.state.documents[0]!.id);
    await settled();
    expect(answers()).toEqual([long('brick')]);
  });

  test('brings in passages that are indexed later', async () => {
    searching.setQuestion('zebra');
    await settled();
    await searching.addDocuments([documentOfParagraphs('b', long('zebra'))]);
    await expect.poll(() => answers()?.[0]).toBe(long('zebra'));
  });
});

describe('filters', () => {
  const file = (name: string, content: string) => ({ file: new File([content], name), path: name });
  beforeEach(() =>
    searching.addFiles([
      file('a.txt', long('apple')),
      file('b.md', `${long('apple')} ${long('brick')}`),
      { ...file('c.txt', long('cloud')), path: 'notes/c.txt' },
      file('d.jsonl', JSON.stringify({ title: 'Kept', text: long('apple pie'), year: 2026 })),
    ]),
  );

  test('what can be filtered by is counted, and what is asked for narrows the counts', async () => {
    const { kind, folder, year } = searching.state.all;
    expect(kind).toEqual({ text: 2, markdown: 1, records: 1 });
    expect(folder).toEqual({ notes: 1 });
    expect(year).toEqual({ 2026: 1 });
    searching.setQuestion('brick');
    await settled();
    searching.toggleFilter('kind', 'text');
    await expect.poll(() => searching.state.answers).toHaveLength(2);
    // The choice of a name does not narrow its own values.
    expect(searching.state.found!.kind).toMatchObject({ markdown: 1 });
    expect(searching.state.found!.file).not.toHaveProperty('b.md');
  });

  test('values of a name are alternatives, names narrow each other, and nothing is embedded again', async () => {
    searching.setQuestion('apple');
    await settled();
    const names = () => searching.state.answers!.map(({ passage }) => passage.source.split(' ')[0]).sort();
    const { length } = local.calls;
    searching.toggleFilter('kind', 'markdown');
    await expect.poll(names).toEqual(['b.md']);
    searching.toggleFilter('kind', 'records');
    await expect.poll(names).toEqual(['b.md', 'd.jsonl']);
    searching.toggleFilter('year', '2026');
    await expect.poll(names).toEqual(['d.jsonl']);
    expect(local.calls.length).toBe(length);
    searching.follow({ question: 'apple', filters: {} });
    await expect.poll(() => names().length).toBe(4);
  });
});

describe('before anything is indexed', () => {
  const passage = { id: 'sample/1', source: 'sample', headings: [], text: 'From the sample.' };
  const sample = async () => ({ answers: [{ passage, score: 1 }], facets: {} });

  test('the sample answers, until there is a text of one’s own', async () => {
    const models = { local: 'letters', remote: 'letters' };
    searching = new Searching(app, { models, debounce: 5, sample });
    searching.setQuestion('apple');
    await expect.poll(answers).toEqual(['From the sample.']);
    expect(searching.state).toMatchObject({ withoutModel: true, timings: undefined });
    expect(local.calls).toEqual([]);
    local.pause();
    const indexing = searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    await expect.poll(answers).toBeUndefined();
    local.resume();
    await indexing;
    await expect.poll(answers).toEqual([long('apple')]);
    expect(searching.state.withoutModel).toBe(false);
  });

  test('says so where the sample cannot be fetched, until it can', async () => {
    let asked = 0;
    searching = new Searching(app, {
      debounce: 5,
      sample: async () => {
        asked += 1;
        if (asked === 1) throw new TypeError('Failed to fetch');
        return sample();
      },
    });
    searching.setQuestion('apple');
    await expect.poll(() => searching.state.aheadFailed).toBe(true);
    expect(searching.state).toMatchObject({ answers: undefined, searching: false });
    expect(app.state.problems).toEqual([]);
    expect(app.state.announcement.text).toMatch(/has no answer yet/u);
    searching.setQuestion('apples');
    await expect.poll(answers).toEqual(['From the sample.']);
    expect(searching.state.aheadFailed).toBe(false);
  });
});

test('what is removed can be taken back, where it was', async () => {
  await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
  await searching.addDocuments([documentOfParagraphs('b', long('brick'))]);
  await searching.removeDocument(searching.state.documents[0]!.id);
  expect(searching.state.removed?.name).toBe('a');
  await searching.undoRemove();
  expect(searching.state.documents.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(searching.state).toMatchObject({ removed: undefined, total: 2, indexed: 2 });
});

test('nothing is left of the answers when the last text is removed', async () => {
  await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
  searching.setQuestion('apple');
  await settled();
  expect(searching.state.answers).toHaveLength(1);
  await searching.removeDocument(searching.state.documents[0]!.id);
  expect(searching.state).toMatchObject({
    answers: undefined,
    answered: undefined,
    timings: undefined,
    total: 0,
  });
  // The question waits for the next text.
  await searching.addDocuments([documentOfParagraphs('b', long('brick'))]);
  await vi.waitFor(() => expect(searching.state.answers).toHaveLength(1));
});

describe('switching', () => {
  test('asks the other foundation, and keeps both indexes', async () => {
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    app.setMode('remote');
    expect(app.state.mode).toBe('remote');
    expect(searching.state).toMatchObject({ indexed: 0, total: 1 });
    expect(remote.calls).toHaveLength(0);
    await searching.index();
    const own = (calls: typeof local.calls) => calls.filter(({ inputs }) => inputs.includes(long('apple')));
    expect(own(remote.calls)).toHaveLength(1);
    app.setMode('local');
    expect(searching.state.indexed).toBe(1);
    app.setMode('remote');
    expect(searching.state.indexed).toBe(1);
    expect(own(local.calls)).toHaveLength(1);
  });

  test('stops what is running, quietly', async () => {
    local.pause();
    const indexing = searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    await expect.poll(() => local.calls).toHaveLength(1);
    app.setMode('remote');
    await indexing;
    expect(local.calls[0]!.options.signal?.aborted).toBe(true);
    expect(app.state).toMatchObject({ problems: [], mode: 'remote' });
    expect(searching.state.indexing).toBeUndefined();
  });

  test('keeps vectors when only the key changes, and forgets the problem of the old one', async () => {
    app.setMode('remote');
    remote.failure = new FoundationError({ code: 'AUTH_INVALID_API_KEY', message: 'Wrong key.' });
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    expect(app.state.problems).toMatchObject([{ code: 'AUTH_INVALID_API_KEY' }]);
    remote.failure = undefined;
    app.setRemote({ apiKey: 'right' });
    expect(app.state.problems).toEqual([]);
    await searching.index();
    expect(searching.state.indexed).toBe(1);
    app.setRemote({ apiKey: 'another' });
    expect(searching.state.indexed).toBe(1);
    app.setRemote({ baseUrl: 'https://elsewhere.example' });
    expect(searching.state.indexed).toBe(0);
  });

  test('answers the question that is already there', async () => {
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    app.setMode('remote');
    await searching.index();
    app.setMode('local');
    searching.setQuestion('apple');
    await settled();
    app.setMode('remote');
    await expect.poll(() => searching.state.answers).toHaveLength(1);
  });
});
