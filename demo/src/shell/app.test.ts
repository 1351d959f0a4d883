import { FoundationError } from '@nearfield/spec';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Searching } from '../search/searching.ts';
import { type LetterFoundation, localFoundation } from '../testing.ts';
import { documentOfParagraphs, letterApp, long } from '../testing-app.ts';
import { App } from './app.ts';
import type { Shared, Tabs } from './tabs.ts';

let local: LetterFoundation;
let remote: LetterFoundation;
let app: App;
let searching: Searching;
let deleted: (string | undefined)[];

beforeEach(() => {
  ({ local, remote, app, searching, deleted } = letterApp());
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
    await searching.addDocuments([documentOfParagraphs('a', long('apple'))]);
    expect(app.state.reach).toBe('answered');
    remote.failure = new FoundationError({ code: 'AUTH_INVALID_API_KEY', message: 'Wrong key.' });
    await searching.addDocuments([documentOfParagraphs('b', long('brick'))]);
    expect(app.state.reach).toBe('refused');
    expect(app.state.problems[0]!.advice).not.toContain('jina.ai');
    app.setRemote({ apiKey: 'another' });
    expect(app.state.reach).toBe('unknown');
    remote.failure = new FoundationError({ code: 'CONNECTION_FAILED', message: 'No route.' });
    await searching.index();
    expect(app.state.reach).toBe('failed');
  });

  test('is not open to this page, whatever the key', () => {
    app.report(
      new FoundationError({ code: 'AUTHZ_ORIGIN_NOT_ALLOWED', message: 'Not this page.' }),
      'rerank',
    );
    expect(app.state.reach).toBe('closed');
    expect(app.state.problems).toMatchObject([{ title: 'The server is not open to this page' }]);
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
      local: () =>
        localFoundation(local.foundation, {
          storage: {
            usage: async () =>
              Array.from({ length: stored }, () => ({ model: 'm', bytes: 1, lastUsed: 0, complete: true })),
            persist: async () => false,
          },
        }),
      remote: () => remote.foundation,
    },
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

test('refreshing reports what is there', async () => {
  await app.refresh();
  expect(app.state.capabilities.local?.models).toEqual(['letters']);
  expect(app.state.stored).toHaveLength(1);
  await app.deleteStored('letters');
  expect(deleted).toEqual(['letters']);
});
