import type { ModelUsage } from '@nearfield/core';
import { expect, test } from 'vitest';
import { App } from '../shell/app.ts';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { persistOnceStored } from './persist.ts';

/** An app whose browser stores what is set here, and counts how often it is asked to keep it. */
function storingApp(memory: Map<string, string>) {
  const asked = { count: 0 };
  let stored: ModelUsage[] = [];
  const app = new App({
    connections: {
      local: () =>
        localFoundation(new LetterFoundation().foundation, {
          storage: {
            usage: async () => stored,
            persist: async () => {
              asked.count++;
              return true;
            },
          },
        }),
      remote: () => new LetterFoundation().foundation,
      router: () => Promise.reject(new Error('not used')),
    },
    baseUrl: 'https://example.org',
  });
  persistOnceStored(app, {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
  });
  const store = async (complete: boolean): Promise<void> => {
    stored = [{ model: 'letters', bytes: 10, lastUsed: 0, complete }];
    await app.refresh();
    // Listeners are called after the turn.
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { app, asked, store };
}

test('the browser is asked to keep models once, when the first is there as a whole', async () => {
  const memory = new Map<string, string>();
  const first = storingApp(memory);
  await first.app.refresh();
  await first.store(false);
  expect(first.asked.count).toBe(0);
  await first.store(true);
  await first.store(true);
  expect(first.asked.count).toBe(1);
  // Nor at a later visit: the button under Storage is for that.
  const later = storingApp(memory);
  await later.store(true);
  expect(later.asked.count).toBe(0);
});
