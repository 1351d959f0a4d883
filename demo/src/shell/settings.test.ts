import { createRouter } from '@nearfield/router';
import { expect, test } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { App } from './app.ts';
import type { EngineSettings } from './connections.ts';
import { type KeptSettings, keepSettings, keptSettings } from './settings.ts';

const place = (value?: string) => {
  let kept = value ?? null;
  return {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      kept = text;
    },
  };
};

const SETTINGS: KeptSettings = {
  mode: 'auto',
  preference: 'fastest',
  baseUrl: 'http://localhost:8080',
  wantsKey: true,
  device: 'wasm',
  threads: 2,
};

test('settings are kept as they are', () => {
  const kept = place();
  expect(keptSettings(kept)).toEqual({});
  keepSettings(SETTINGS, kept);
  expect(keptSettings(kept)).toEqual(SETTINGS);
  const { threads: _, ...others } = SETTINGS;
  keepSettings({ ...others, threads: undefined }, kept);
  expect(keptSettings(kept)).toEqual(others);
});

test.each([
  'nonsense',
  'null',
  '[]',
  '{"mode":"cloud","preference":1,"baseUrl":"javascript:alert(1)","device":"tpu","threads":0}',
  '{"threads":1.5,"baseUrl":"localhost:8080"}',
])('what does not fit is as if it were not there: %s', (json) => {
  expect(keptSettings(place(json))).toEqual({});
});

function appWith(kept: KeptSettings[], made: EngineSettings[], closed: EngineSettings[]): App {
  const letters = new LetterFoundation();
  return new App({
    connections: {
      local: (engine) => {
        made.push(engine);
        return new Proxy(localFoundation(letters.foundation), {
          get: (target, name) =>
            name === 'close' ? async () => void closed.push(engine) : Reflect.get(target, name),
        });
      },
      remote: () => letters.foundation,
      router: async () => createRouter,
    },
    baseUrl: 'https://example.org',
    keep: (settings) => kept.push(settings),
  });
}

test('another device or number of threads makes another foundation, at once', async () => {
  const [kept, made, closed]: [KeptSettings[], EngineSettings[], EngineSettings[]] = [[], [], []];
  const app = appWith(kept, made, closed);
  const first = app.local();
  const departure = app.departure;
  const events: string[] = [];
  app.watch((event) => events.push(event));
  app.setEngine({ device: 'wasm' });
  app.setEngine({ threads: 1 });
  app.setEngine({ threads: 1 });
  expect(app.local()).not.toBe(first);
  expect(departure.aborted).toBe(true);
  expect(events).toEqual(['switched', 'switched']);
  expect(made.map(({ device, threads }) => [device, threads])).toEqual([
    ['auto', undefined],
    ['wasm', undefined],
    ['wasm', 1],
  ]);
  expect(closed).toEqual(made.slice(0, 2));
  expect(kept.at(-1)).toMatchObject({ device: 'wasm', threads: 1, mode: 'local' });
});

test('mode, server and preference are kept, the key is not', async () => {
  const kept: KeptSettings[] = [];
  const app = appWith(kept, [], []);
  await app.setMode('remote');
  app.setRemote({ apiKey: 'secret', baseUrl: 'https://example.com' });
  app.setPreference('fastest');
  expect(kept.at(-1)).toEqual({
    mode: 'remote',
    preference: 'fastest',
    baseUrl: 'https://example.com',
    // That there was one is: a request without it would be refused.
    wantsKey: true,
    device: 'auto',
    threads: undefined,
  });
  expect(JSON.stringify(kept)).not.toContain('secret');
});
