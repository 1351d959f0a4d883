import { createRouter } from '@nearfield/router';
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

describe('a server that wants a key', () => {
  const missing = new FoundationError({ code: 'AUTH_MISSING_API_KEY', message: 'No key.' });
  beforeEach(() => app.setMode('remote'));

  test('is known from its first refusal, until another is entered or a key', async () => {
    expect(app.lacksKey).toBe(false);
    app.report(missing, 'rerank');
    expect(app.lacksKey).toBe(true);
    app.setRemote({ apiKey: 'key' });
    expect(app.lacksKey).toBe(false);
    // The next visit, or an answer without the key, begins where this one was.
    expect(app.state.wantsKey).toBe(true);
    app.setRemote({ apiKey: '' });
    expect(app.lacksKey).toBe(false);
    app.report(missing, 'rerank');
    app.setRemote({ baseUrl: 'https://example.com' });
    expect(app.lacksKey).toBe(false);
  });

  test('is another one at another address: what the one before could do says nothing of it', async () => {
    await app.refresh();
    expect(app.state.capabilities.remote).toBeDefined();
    app.setRemote({ apiKey: 'key' });
    expect(app.state.capabilities.remote).toBeDefined();
    app.setRemote({ baseUrl: 'https://example.com' });
    expect(app.state.capabilities).not.toHaveProperty('remote');
  });

  test('is asked for nothing that nobody pressed a button for', async () => {
    await app.learnModels();
    await app.refresh();
    const before = remote.calls.length;
    app.setRemote({ baseUrl: 'https://api.jina.ai' });
    expect(app.lacksKey).toBe(true);
    await app.learnModels();
    await app.refresh();
    expect(remote.calls.length).toBe(before);
    expect(app.state.problems).toEqual([]);
  });
});

test('the foundation of a server that wants a key sends nothing without one', async () => {
  const { createConnections } = await import('./connections.ts');
  const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('No network.'));
  try {
    let wantsKey = true;
    const server = createConnections().remote({ apiKey: '', baseUrl: 'https://example.org' }, () => wantsKey);
    await expect(server.models.list()).rejects.toMatchObject({ code: 'AUTH_MISSING_API_KEY' });
    expect(asked).not.toHaveBeenCalled();
    wantsKey = false;
    await expect(server.models.list({ timeout: 1 })).rejects.toBeDefined();
    expect(asked).toHaveBeenCalled();
    await server.close();
  } finally {
    asked.mockRestore();
  }
});

describe('Auto', () => {
  const embed = () => app.foundation().embeddings({ model: 'letters', input: 'apple' });
  const failure = new FoundationError({ code: 'SERVICE_UNAVAILABLE', message: 'It failed.' });
  beforeEach(() => app.setMode('auto'));

  test('asks no server without a key, whatever fails', async () => {
    expect(app.place).toBe('in this browser');
    local.failure = failure;
    await expect(embed()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(remote.calls).toEqual([]);
  });

  test('with a key, the server answers where this browser cannot, and the answer says so', async () => {
    app.setRemote({ apiKey: 'key' });
    expect(app.place).toBe('in this browser or at example.org');
    local.failure = failure;
    const answer = await embed();
    expect(app.answererOf(answer)).toEqual({
      side: 'remote',
      host: 'example.org',
      place: 'at example.org',
      failover: expect.stringMatching(
        /^The policy is local-first\. This browser did not answer: The request failed\.$/u,
      ),
    });
    expect(app.state.reach).toBe('answered');
    remote.failure = new FoundationError({ code: 'CONNECTION_FAILED', message: 'No route.' });
    await expect(embed()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('each side is asked for its own model', async () => {
    app.setRemote({ apiKey: 'key' });
    local.failure = failure;
    const model = app.modelOf({ local: 'here', remote: 'there' });
    expect(model).toBe('here / there');
    expect(await app.foundation().embeddings({ model, input: 'apple' })).toMatchObject({ model: 'there' });
    app.setRemote({ apiKey: '' });
    expect(app.modelOf({ local: 'here', remote: 'there' })).toBe('here');
  });

  test('what was chosen last counts, though the router comes later', async () => {
    const late = new App({
      connections: {
        local: () => localFoundation(local.foundation),
        remote: () => remote.foundation,
        router: async () => createRouter,
      },
      baseUrl: 'https://example.org',
    });
    const auto = late.setMode('auto');
    await late.setMode('remote');
    await auto;
    expect(late.state.mode).toBe('remote');
  });

  test('stays where it is if the router cannot be fetched', async () => {
    const offline = new App({
      connections: {
        local: () => localFoundation(local.foundation),
        remote: () => remote.foundation,
        router: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: x')),
      },
      baseUrl: 'https://example.org',
    });
    await offline.setMode('auto');
    expect(offline.state).toMatchObject({ mode: 'local', problems: [{ code: 'PAGE_NOT_LOADED' }] });
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
      router: async () => createRouter,
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
