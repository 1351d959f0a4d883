import { FoundationError } from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { placed } from '../elements/dropped-files.ts';
import { type LetterApp, letterApp } from '../testing-app.ts';
import { Mapping } from './mapping.ts';
import { namedGroups, project } from './projection/project.ts';
import type { StartProjector } from './projection/projector.ts';

/** Makes maps in this thread, by the code of the worker. */
const startHere: StartProjector = (vectors, options, listener) => {
  void project(vectors, { ...options, interval: 1e9 }, listener);
  return {
    regroup: (groups, seed) => listener(namedGroups(vectors, { ...options, groups, seed })),
    stop: () => undefined,
  };
};

let letters: LetterApp;
let page: Mapping;

beforeEach(() => {
  letters = letterApp();
  page = new Mapping(letters.app, startHere);
  page.setModel('letters', 'local');
  page.setModel('letters', 'remote');
});

const made = () => vi.waitFor(() => expect(page.state.making).toBeUndefined(), 20_000);
const embedded = (side: 'local' | 'remote' = 'local') => letters[side].calls.flatMap(({ inputs }) => inputs);

describe('a map', () => {
  test('is made of lines, and of a table with labels', async () => {
    page.update({ typed: 'aaa\n\n bbb \naaa\nccc' });
    expect(await page.mapTyped()).toBe(true);
    await made();
    expect(page.state.map?.items.map(({ text }) => text)).toEqual(['aaa', 'bbb', 'ccc']);
    expect(page.state.map?.positions.pca).toHaveLength(6);
    expect(page.state.colourBy).toBe('group');
    page.update({ typed: 'text,label\nxyz,one\nuvw,two\nrst,two', colourBy: 'label' });
    await page.mapTyped();
    expect(page.state.map?.labels).toEqual(['two', 'one']);
    expect(page.state.colourBy).toBe('label');
    expect(page.members(0)).toEqual([1, 2]);
  });

  test('needs two texts', async () => {
    page.update({ typed: 'only\nonly' });
    expect(await page.mapTyped()).toBe(false);
    expect(page.gaps.of('map-texts')).toContain('two different texts');
    expect(page.state.map).toBeUndefined();
  });

  test('embeds each text once, also when some are added, and only here', async () => {
    page.update({ typed: 'aaa\nbbb' });
    await page.mapTyped();
    page.update({ typed: 'aaa\nccc\nbbb' });
    await page.mapTyped();
    expect(embedded()).toEqual(['aaa', 'bbb', 'ccc']);
    expect(page.state.map).toMatchObject({ fresh: 1, answerer: { side: 'local' } });
    expect(embedded('remote')).toEqual([]);
  });

  test('takes more texts when it is told so', async () => {
    page.update({ typed: 'aaa\nbbb' });
    await page.mapTyped();
    page.update({ typed: 'ccc', adding: true });
    expect(await page.mapTyped()).toBe(true);
    expect(page.state.map?.items.map(({ text }) => text)).toEqual(['aaa', 'bbb', 'ccc']);
    expect(embedded()).toEqual(['aaa', 'bbb', 'ccc']);
    expect(page.state.adding).toBe(false);
  });

  test('is made of files, and says which cannot be read', async () => {
    const table = new File(['text,label\naaa,one\nbbb,two'], 'a.csv');
    const binary = new File([new Uint8Array([0, 1, 2, 3, 0, 0])], 'b.csv');
    await page.mapFiles(placed([binary]));
    expect(page.gaps.of('map-texts')).toContain('b.csv');
    expect(page.state.map).toBeUndefined();
    await page.mapFiles(placed([table, binary]));
    expect(page.state.map?.labels).toEqual(['one', 'two']);
    expect(page.gaps.of('map-texts')).toContain('b.csv');
  });

  test('is gone with the foundation that made its vectors, and no vector of one is used with the other', async () => {
    page.update({ typed: 'aaa\nbbb' });
    await page.mapTyped();
    await letters.app.setMode('remote');
    expect(page.state.map).toBeUndefined();
    await page.mapTyped();
    expect(embedded('remote')).toEqual(['aaa', 'bbb']);
    await letters.app.setMode('local');
    await page.mapTyped();
    expect(embedded()).toEqual(['aaa', 'bbb']);
  });

  test('that is cancelled keeps the vectors that are there', async () => {
    // What comes after the vectors is none of this test's.
    page = new Mapping(letters.app, () => ({ regroup: () => undefined, stop: () => undefined }));
    page.setModel('letters');
    const texts = Array.from({ length: 200 }, (_, at) => ({ text: `text ${at}`, label: '' }));
    letters.local.pause((inputs) => inputs.includes('text 199'));
    const run = page.map(texts);
    await vi.waitFor(() => expect(letters.local.calls).toHaveLength(2));
    expect(page.call.state.work).toEqual({ done: 128, total: 200 });
    page.call.cancel();
    await run;
    expect(page.state.map).toBeUndefined();
    letters.local.resume();
    await page.map(texts);
    expect(letters.local.calls.map(({ inputs }) => inputs.length)).toEqual([128, 72, 72]);
    expect(page.state.map).toMatchObject({ fresh: 72 });
  });

  test('says what went wrong', async () => {
    letters.local.failure = new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' });
    page.update({ typed: 'aaa\nbbb' });
    await page.mapTyped();
    expect(letters.app.state.problems).toMatchObject([{ origin: 'map', code: 'DOWNLOAD_FAILED' }]);
  });
});

describe('on a map', () => {
  beforeEach(async () => {
    page.update({ typed: 'aab\naaa\nzzz\nzzy\nzzx' });
    await page.mapTyped();
    await made();
  });

  test('a question finds the texts of the nearest vectors, by cosine', async () => {
    page.update({ question: 'aa' });
    await page.find();
    const { found, map } = page.state;
    expect(found?.nearest.slice(0, 2).map(({ index }) => map?.items[index]?.text)).toEqual(['aaa', 'aab']);
    expect(found?.nearest[0]?.cosine).toBeCloseTo(1, 6);
    // Of counts (2, 1) and (1, 0): 2 / √5.
    expect(found?.nearest[1]?.cosine).toBeCloseTo(2 / Math.sqrt(5), 6);
    page.update({ question: ' ' });
    expect(await page.find()).toBe(false);
  });

  test('neighbours are those of the vectors', () => {
    expect(page.near(0)[0]).toMatchObject({ index: 1 });
    expect(page.near(0)[0]?.cosine).toBeCloseTo(2 / Math.sqrt(5), 6);
    expect(page.near(0)).toHaveLength(4);
  });

  test('points are selected by groups, by words, one by one', () => {
    page.setGroups(2);
    expect(page.state.map?.groupNames).toEqual(['zzx, zzy, zzz', 'aaa, aab']);
    page.select(page.members(0));
    expect(page.state.selected).toEqual([2, 3, 4]);
    page.toggle(3);
    page.toggle(0);
    expect(page.state.selected).toEqual([0, 2, 4]);
    page.update({ filter: 'AA' });
    page.select(page.filtered, { add: true });
    expect(page.state.selected).toEqual([0, 1, 2, 4]);
    expect(letters.app.state.announcement.text).toBe('4 texts selected.');
  });

  test('a reply of a map that is gone changes nothing', async () => {
    const { map } = page.state;
    void page.map([
      { text: 'one', label: '' },
      { text: 'two', label: '' },
    ]);
    page.clear();
    expect(map).toBeDefined();
    await vi.waitFor(() => expect(page.call.state.running).toBe(false));
    expect(page.state.map).toBeUndefined();
  });
});
