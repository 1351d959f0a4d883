/**
 * The library's own files on bad days: onnxruntime's two files, the worker's script, what it loads later. Each fault is
 * named with the file and what would help, before weights are downloaded; when it is over, the same page works.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import type { EnginePage } from '../support/engine-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';
import { RECIPES } from '../toolchains/recipes.ts';

declare global {
  var engine: EnginePage;
}

let server: EngineServer;
/** Address of a built file of the page, by what its name begins with. */
const built: Record<'library' | 'mjs' | 'wasm' | 'worker' | 'ranks', string> = {
  library: '',
  mjs: '',
  wasm: '',
  worker: '',
  ranks: '',
};
test.beforeAll(async () => {
  server = await serveEnginePage();
  const folder = fileURLToPath(new URL('../../.cache/engine-page/assets/', import.meta.url));
  const names = await readdir(folder);
  const find = (pattern: RegExp): string => `/assets/${names.find((name) => pattern.test(name))}`;
  built.library = find(/^ort\.wasm[\w.-]*\.js$/);
  built.mjs = find(/^ort-wasm-simd-threaded-[\w-]+\.mjs$/);
  built.wasm = find(/^ort-wasm-simd-threaded-[\w-]+\.wasm$/);
  built.worker = find(/^wasm-[\w-]+\.js$/);
  built.ranks = find(/^r50k_base-[\w-]+\.js$/);
  files.mjs = await readFile(folder + built.mjs.slice('/assets/'.length));
  files.wasm = await readFile(folder + built.wasm.slice('/assets/'.length));
});
test.afterAll(() => server.close());
test.beforeEach(() => {
  server.interfere = undefined;
  server.requests.length = 0;
});

const files: Record<'mjs' | 'wasm', Buffer> = { mjs: Buffer.alloc(0), wasm: Buffer.alloc(0) };

interface Outcome {
  code?: string;
  message?: string;
  retryable?: boolean;
  param?: string | undefined;
  norm?: number;
}

/** Opens the page and makes a foundation that is kept in it. */
async function open(page: Page, options: { shared?: boolean; threads?: number } = {}): Promise<void> {
  await page.goto(server.url);
  await page.waitForFunction(() => 'engine' in globalThis);
  await page.evaluate((given) => {
    const { createLocal, served, kept } = globalThis.engine;
    kept.model = served.id;
    kept.foundation = createLocal({ device: 'wasm', models: [served], ...given });
  }, options);
}

/** One call: the length of its vector, or what the error says. */
const embed = (page: Page): Promise<Outcome> =>
  page.evaluate(async () => {
    const { kept } = globalThis.engine;
    try {
      const { data } = await kept.foundation!.embeddings({ model: kept.model!, input: 'white rabbit' });
      return { norm: Math.hypot(...data[0]!.embedding) };
    } catch (error) {
      const { code, message, retryable, param } = error as Outcome;
      return { code, message, retryable, param } as Outcome;
    }
  });

const weightsAsked = (): string[] => server.requests.filter((path) => path.endsWith('.onnx'));

const answer =
  (status: number, type: string, body: string | Buffer) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'Content-Type': type }).end(body);
  };

type File = 'library' | 'mjs' | 'wasm';
const faults: [
  name: string,
  file: File,
  act: (response: ServerResponse) => void,
  says: string,
  passing: boolean,
][] = [
  ['is not there', 'library', answer(404, 'text/plain', 'no'), 'status 404', false],
  ['cannot be reached', 'library', (response) => response.destroy(), 'its server does not answer', true],
  ['is not there', 'mjs', answer(404, 'text/plain', 'no'), 'status 404', false],
  ['is refused by a busy server', 'mjs', answer(503, 'text/plain', 'later'), 'status 503', true],
  [
    'is a page instead',
    'mjs',
    answer(200, 'text/html', '<!doctype html>'),
    'a page (text/html) instead',
    false,
  ],
  ['cannot be reached', 'mjs', (response) => response.destroy(), 'its server does not answer', true],
  ['is not there', 'wasm', answer(404, 'text/plain', 'no'), 'status 404', false],
  [
    'is a page instead',
    'wasm',
    answer(200, 'text/html', '<!doctype html>'),
    'a page (text/html) instead',
    false,
  ],
  [
    'is a text instead',
    'wasm',
    answer(200, 'application/wasm', 'version https'),
    'is not WebAssembly',
    false,
  ],
  ['cannot be reached', 'wasm', (response) => response.destroy(), 'its server does not answer', true],
];

for (const [name, file, act, says, passing] of faults) {
  test(`${file} ${name}: it is named, no weights are fetched, and the next call works`, async ({ page }) => {
    server.interfere = (path, response) => {
      if (path !== built[file]) return false;
      act(response);
      return true;
    };
    await open(page);
    const failed = await embed(page);
    expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: passing });
    expect(failed.message).toContain(new URL(built[file], server.url).href);
    expect(failed.message).toContain(says);
    expect(failed.message).toContain(RECIPES);
    expect(weightsAsked()).toEqual([]);
    server.interfere = undefined;
    expect((await embed(page)).norm).toBeCloseTo(1, 5);
  });
}

test('mjs with the wrong type: the message says which it needs', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path !== built.mjs) return false;
    answer(200, 'application/octet-stream', files.mjs)(response);
    return true;
  };
  await open(page);
  const failed = await embed(page);
  expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: false });
  expect(failed.message).toContain('is served as application/octet-stream');
  expect(failed.message).toContain('Content-Type: text/javascript');
  expect(failed.message).toContain(RECIPES);
});

for (const file of ['mjs', 'wasm'] as const) {
  test(`${file} cut off: it is named, and the next call works`, async ({ page }) => {
    server.interfere = (path, response) => {
      if (path !== built[file]) return false;
      const type = file === 'mjs' ? 'text/javascript' : 'application/wasm';
      // Kept by the HTTP cache for good: a new attempt must not be given it again.
      response.setHeader('Cache-Control', 'max-age=31536000, immutable');
      answer(200, type, files[file].subarray(0, files[file].length - 1000))(response);
      return true;
    };
    await open(page);
    const failed = await embed(page);
    expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE' });
    expect(failed.message).toContain(`${new URL(built[file], server.url).href} is damaged or cut off`);
    expect(weightsAsked()).toEqual([]);
    server.interfere = undefined;
    // The bad copy is found once more, and replaced by what is fetched to find out.
    await embed(page);
    expect((await embed(page)).norm).toBeCloseTo(1, 5);
  });
}

test('wasm of another type works', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path !== built.wasm) return false;
    answer(200, 'application/octet-stream', files.wasm)(response);
    return true;
  };
  await open(page);
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
});

test('one failed request is made up for within the call', async ({ page }) => {
  let failures = 0;
  server.interfere = (path, response) => {
    if (path !== built.mjs || failures > 0) return false;
    failures++;
    response.destroy();
    return true;
  };
  await open(page);
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
  expect(failures).toBe(1);
});

test('a model that is stored stays stored', async ({ page }) => {
  await open(page);
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
  const usage = () => page.evaluate(() => globalThis.engine.kept.foundation!.storage.usage());
  const stored = await usage();
  expect(stored).toHaveLength(1);
  // Closing ends the worker; the next one finds its files gone.
  await page.evaluate(() => globalThis.engine.kept.foundation!.close());
  server.interfere = (path, response) => {
    if (path !== built.mjs) return false;
    answer(404, 'text/plain', 'no')(response);
    return true;
  };
  await page.evaluate(() => {
    const { createLocal, served, kept } = globalThis.engine;
    kept.foundation = createLocal({ device: 'wasm', models: [served] });
  });
  expect(await embed(page)).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE' });
  const before = server.requests.length;
  expect((await usage()).map(({ model, bytes }) => [model, bytes])).toEqual(
    stored.map(({ model, bytes }) => [model, bytes]),
  );
  server.interfere = undefined;
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
  expect(server.requests.slice(before).filter((path) => path.endsWith('.onnx'))).toEqual([]);
});

test('a shared worker is replaced, too', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path !== built.wasm) return false;
    response.destroy();
    return true;
  };
  await open(page, { shared: true });
  expect(await embed(page)).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: true });
  server.interfere = undefined;
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
});

test('many calls at once fail together, with two workers and not one each', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path !== built.mjs) return false;
    response.destroy();
    return true;
  };
  await open(page);
  const codes = await page.evaluate(async () => {
    const { kept, served } = globalThis.engine;
    const calls = Array.from({ length: 20 }, (_, index) =>
      kept.foundation!.embeddings({ model: served.id, input: `text ${index}` }),
    );
    const stored = kept.foundation!.storage.usage();
    const outcomes = await Promise.allSettled(calls);
    return {
      codes: [...new Set(outcomes.map((each) => (each.status === 'rejected' ? each.reason.code : 'ok')))],
      stored: (await stored).length,
    };
  });
  expect(codes).toEqual({ codes: ['RUNTIME_NOT_AVAILABLE'], stored: 0 });
  expect(server.requests.filter((path) => path === built.worker)).toHaveLength(2);
});

const policies: [
  name: string,
  where: 'page' | 'worker',
  policy: string,
  file: keyof typeof built,
  line: string,
][] = [
  ['no WebAssembly', 'worker', "script-src 'self'", 'wasm', `"script-src 'self' 'wasm-unsafe-eval'"`],
  [
    'no scripts',
    'worker',
    "script-src https://cdn.example 'wasm-unsafe-eval'",
    'library',
    `"script-src 'self' 'wasm-unsafe-eval'"`,
  ],
  ['no connections', 'worker', 'connect-src https://models.example', 'wasm', `"connect-src 'self'"`],
  ['no workers', 'page', "worker-src 'none'", 'worker', `"worker-src 'self'"`],
];
for (const [name, where, policy, file, line] of policies) {
  test(`a policy that allows ${name}: the line that would is in the message`, async ({ page }) => {
    server.interfere = (path, response) => {
      const isThere = where === 'page' ? path === '/' : path === built.worker;
      if (isThere) response.setHeader('Content-Security-Policy', policy);
      return false;
    };
    await open(page);
    const failed = await embed(page);
    expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: false });
    expect(failed.message).toContain(new URL(built[file], server.url).href);
    expect(failed.message).toContain(line);
    expect(failed.message).toContain(RECIPES);
    expect(weightsAsked()).toEqual([]);
  });
}

const scripts: [name: string, act: (response: ServerResponse) => void, says: string][] = [
  ['is not there', answer(404, 'text/plain', 'no'), 'status 404'],
  ['is a page instead', answer(200, 'text/html', '<!doctype html>'), 'a page (text/html) instead'],
  ['has the wrong type', answer(200, 'text/plain', ''), 'Content-Type: text/javascript'],
  ['cannot be reached', (response) => response.destroy(), 'its server does not answer'],
  ['is cut off', answer(200, 'text/javascript', 'const half = {'), 'could not be loaded|SyntaxError'],
];
for (const shared of [false, true]) {
  for (const [name, act, says] of scripts) {
    test(`the ${shared ? 'shared ' : ''}worker’s script ${name}: it is named, and the next call works`, async ({
      page,
    }) => {
      server.interfere = (path, response) => {
        if (path !== built.worker) return false;
        act(response);
        return true;
      };
      await open(page, { shared });
      const failed = await embed(page);
      expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE' });
      expect(failed.message).toContain(`${new URL(built.worker, server.url).href} `);
      expect(failed.message).toMatch(new RegExp(says.replace(/[()]/g, '\\$&')));
      expect(failed.message).toContain(RECIPES);
      server.interfere = undefined;
      expect((await embed(page)).norm).toBeCloseTo(1, 5);
    });
  }
}

test('a worker’s script without the isolated page’s header is told which one', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path === built.worker) response.removeHeader('Cross-Origin-Embedder-Policy');
    return false;
  };
  await open(page);
  const failed = await embed(page);
  expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: false });
  expect(failed.message).toContain('Cross-Origin-Embedder-Policy: require-corp');
  expect(failed.message).toContain(RECIPES);
});

test('threads that cannot start are done without', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path === built.mjs) response.removeHeader('Cross-Origin-Embedder-Policy');
    return false;
  };
  await open(page, { threads: 2 });
  // Calls that wait for the same worker go on together.
  const outcomes = await Promise.all([embed(page), embed(page), embed(page)]);
  for (const { norm } of outcomes) expect(norm).toBeCloseTo(1, 5);
  const { device } = await page.evaluate(() => globalThis.engine.kept.foundation!.capabilities());
  expect(device).toMatchObject({ device: 'wasm', threads: 1 });
  expect(device!.threadsReason).toContain(new URL(built.mjs, server.url).href);
  expect(device!.threadsReason).toContain('Cross-Origin-Embedder-Policy: require-corp');
});

test('token ranks that cannot be loaded are loaded by the next call, in the same worker', async ({
  page,
}) => {
  await open(page);
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
  server.interfere = (path, response) => {
    if (path !== built.ranks) return false;
    response.destroy();
    return true;
  };
  const segment = () =>
    page.evaluate(async () => {
      const { foundation } = globalThis.engine.kept;
      const request = { content: 'white rabbit', tokenizer: 'r50k_base', return_tokens: true } as const;
      return foundation!.segment(request).then(
        ({ num_tokens }) => num_tokens,
        ({ code, retryable }: Outcome) => ({ code, retryable }),
      );
    });
  expect(await segment()).toEqual({ code: 'DOWNLOAD_FAILED', retryable: true });
  server.interfere = undefined;
  expect(await segment()).toBe(2);
  const { loaded } = await page.evaluate(() => globalThis.engine.kept.foundation!.capabilities());
  expect(loaded).toHaveLength(1);
});

test('a network that is gone and comes back', async ({ page, context }) => {
  await open(page);
  await context.setOffline(true);
  server.interfere = (_path, response) => {
    response.destroy();
    return true;
  };
  const failed = await embed(page);
  expect(failed).toMatchObject({ code: 'RUNTIME_NOT_AVAILABLE', retryable: true });
  expect(failed.message).toContain('this browser is offline');
  await context.setOffline(false);
  server.interfere = undefined;
  expect((await embed(page)).norm).toBeCloseTo(1, 5);
});
