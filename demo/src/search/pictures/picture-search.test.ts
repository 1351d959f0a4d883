import { FoundationError } from '@nearfield/spec';
import { beforeEach, expect, test } from 'vitest';
import { placed } from '../../elements/dropped-files.ts';
import type { App } from '../../shell/app.ts';
import type { LetterFoundation } from '../../testing.ts';
import { letterApp } from '../../testing-app.ts';
import type { Searching } from '../searching.ts';
import { PictureSearch } from './picture-search.ts';

let local: LetterFoundation;
let remote: LetterFoundation;
let app: App;
let searching: Searching;
let pictures: PictureSearch;

/** Files whose bytes stand for what they show. */
const files = (...shown: string[]) => placed(shown.map((text) => new File([text], `${text.length}.png`)));

beforeEach(() => {
  ({ local, remote, app, searching } = letterApp());
  pictures = new PictureSearch(app, searching, {
    models: { local: 'letters', remote: 'letters' },
    debounce: 5,
    read: async (given, { onRead }) => {
      const read = await Promise.all(
        given.map(async ({ file, path }, at) => ({
          id: `picture-${await file.text()}`,
          name: file.name,
          ...(path.includes('/') && { folder: 'album' }),
          added: at,
          width: 1,
          height: 1,
          blob: file.slice(),
        })),
      );
      onRead(given.length);
      const isNone = ({ id }: { id: string }): boolean => id === 'picture-broken';
      return {
        pictures: read.filter((each) => !isNone(each)),
        refused: read.filter(isNone).map(({ name }) => `${name} is no picture.`),
      };
    },
  });
});

const shown = (): string[] | undefined => pictures.state.answers?.map(({ picture }) => picture.id);

test('a question finds pictures by what they show, among those that fit the filters', async () => {
  await pictures.addFiles(files('zebra', 'apple pie', 'cloud'));
  expect(pictures.state).toMatchObject({ total: 3, indexed: 3, all: { kind: { picture: 3 } } });
  searching.setQuestion('apple');
  await expect.poll(() => shown()?.[0]).toBe('picture-apple pie');
  searching.toggleFilter('file', '5.png');
  await expect.poll(shown).not.toContain('picture-apple pie');
  searching.toggleFilter('kind', 'pdf');
  await expect.poll(shown).toEqual([]);
  // Nothing but the question was embedded with them.
  expect(local.calls.filter(({ inputs }) => inputs.includes('apple'))).toHaveLength(1);
  searching.setQuestion('');
  await expect.poll(shown).toBeUndefined();
});

test('says what is no picture and what is here already', async () => {
  await pictures.addFiles(files('zebra', 'broken'));
  expect(app.state.problems).toMatchObject([
    { title: 'A picture was left out', message: '6.png is no picture.', advice: 'The others were added.' },
  ]);
  await pictures.addFiles(files('zebra'));
  expect(app.state.problems).toMatchObject([{ message: '5.png is here already.' }]);
  expect(pictures.state.documents).toHaveLength(1);
});

test('Remote has an index of its own, which is made when it is asked for', async () => {
  await pictures.addFiles(files('zebra'));
  app.setMode('remote');
  await expect.poll(() => pictures.state).toMatchObject({ total: 1, indexed: 0 });
  expect(remote.calls).toEqual([]);
  await pictures.index();
  expect(pictures.state.indexed).toBe(1);
  expect(remote.calls.at(-1)!.inputs).toEqual(['zebra']);
  app.setMode('local');
  expect(pictures.state.indexed).toBe(1);
});

test('an error is said, and another model embeds the pictures again', async () => {
  local.failure = new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'No route.' });
  await pictures.addFiles(files('zebra'));
  expect(app.state.problems).toMatchObject([{ code: 'DOWNLOAD_FAILED', origin: 'indexing' }]);
  local.failure = undefined;
  await pictures.index();
  expect(pictures.state.indexed).toBe(1);
  pictures.setModel('other letters');
  await expect.poll(() => pictures.state.indexed).toBe(0);
  await pictures.index();
  expect(pictures.state.indexed).toBe(1);
});

test('a removed picture can be taken back; a file carries pictures and vectors to another search', async () => {
  await pictures.addFiles(files('zebra', 'apple'));
  await pictures.removeDocument('picture-zebra');
  expect(pictures.state.documents.map(({ id }) => id)).toEqual(['picture-apple']);
  await pictures.undoRemove();
  expect(pictures.state).toMatchObject({ total: 2, indexed: 2, removed: undefined });
  const file = await pictures.export();
  const other = letterApp();
  const carried = new PictureSearch(other.app, other.searching, {
    models: { local: 'letters', remote: 'letters' },
  });
  expect((await carried.import(file)).map(({ name }) => name)).toEqual(['5.png', '5.png']);
  expect(carried.state.indexed).toBe(2);
  expect(other.local.calls).toEqual([]);
});
