import { createRouter } from '@nearfield/router';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { beforeEach, describe, expect, test } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { App } from './app.ts';
import { metered, tokensOf, Usage } from './usage.ts';

/** A browser's storage, shared by tabs. */
class MapStorage {
  readonly values = new Map<string, string>();
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.values.set(key, value);
  removeItem = (key: string): void => void this.values.delete(key);
}

let storage: MapStorage;
let usage: Usage;

beforeEach(() => {
  storage = new MapStorage();
  usage = new Usage(storage);
});

test('adds up by side and method, over tabs and visits', () => {
  usage.add('local', 'embeddings', 5);
  const otherTab = new Usage(storage);
  otherTab.add('local', 'embeddings', 7);
  usage.add('remote', 'rerank', 100);
  expect(new Usage(storage).state.counts).toEqual({
    local: { embeddings: { calls: 2, tokens: 12 } },
    remote: { rerank: { calls: 1, tokens: 100 } },
  });
});

test('starts from nothing, and takes that back', () => {
  usage.add('remote', 'segment', 3);
  const before = usage.reset();
  expect(usage.state.counts).toEqual({ local: {}, remote: {} });
  usage.put(before);
  expect(new Usage(storage).state.counts.remote).toEqual({ segment: { calls: 1, tokens: 3 } });
});

test.each(['{', 'null', '{"local":{"embeddings":{"calls":"1","tokens":-2},"rm":{"calls":1,"tokens":1}}}'])(
  'what is stored and no count is none: %s',
  (json) => {
    storage.setItem('nearfield-usage', json);
    expect(new Usage(storage).state.counts).toEqual({ local: {}, remote: {} });
  },
);

test('counts this visit where storage is full', () => {
  storage.setItem = () => {
    throw new DOMException('Full.', 'QuotaExceededError');
  };
  usage.add('local', 'read', 4);
  expect(usage.state.counts.local).toEqual({ read: { calls: 1, tokens: 4 } });
});

test.each([
  [{ usage: { total_tokens: 3, prompt_tokens: 3 } }, 3],
  [{ usage: { tokens: 0 }, num_tokens: 8 }, 0],
  [{ data: { usage: { tokens: 9 } } }, 9],
  [{ data: {}, meta: { usage: { tokens: 6 } } }, 6],
  [{ data: [] }, 0],
  [undefined, 0],
])('the tokens of %j', (answer, tokens) => {
  expect(tokensOf(answer)).toBe(tokens);
});

describe('a metered foundation', () => {
  test('keeps its private fields, other methods, and what it refuses', async () => {
    class Foundation {
      #name = 'private';
      get name(): string {
        return this.#name;
      }
      async segment(): Promise<object> {
        return { usage: { tokens: this.#name.length } };
      }
      async rerank(): Promise<never> {
        throw new RangeError('No.');
      }
      close(): string {
        return this.#name;
      }
    }
    const counted: [string, number][] = [];
    const foundation = metered(new Foundation(), (...each) => counted.push(each));
    expect([foundation.name, foundation.close()]).toEqual(['private', 'private']);
    await foundation.segment();
    await expect(foundation.rerank()).rejects.toThrow(RangeError);
    expect(counted).toEqual([['segment', 7]]);
    expect(foundation.segment).toBe(foundation.segment);
  });

  test('is what every page asks, on both sides and in Auto', async () => {
    const local = new LetterFoundation();
    const remote = new LetterFoundation();
    const app = new App({
      connections: {
        local: () => localFoundation(local.foundation),
        remote: () => remote.foundation,
        router: async () => createRouter,
      },
      baseUrl: 'https://example.org',
      usage,
    });
    const embed = (foundation: SearchFoundation) => foundation.embeddings({ model: 'm', input: 'two words' });
    await embed(app.foundation());
    await app.setMode('remote');
    await embed(app.foundation());
    app.setRemote({ apiKey: 'key' });
    await app.setMode('auto');
    // What fails is not counted; the server then answers.
    local.failure = new FoundationError({ code: 'SERVICE_UNAVAILABLE', message: 'It stopped.' });
    await embed(app.foundation());
    expect(usage.state.counts).toEqual({
      local: { embeddings: { calls: 1, tokens: 2 } },
      remote: { embeddings: { calls: 2, tokens: 4 } },
    });
  });
});
