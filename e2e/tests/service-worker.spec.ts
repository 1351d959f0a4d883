/** Clients in pages call an address of their own site, and the engine of a page answers: without a server, offline. */
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import type { AnsweringTestPage } from '../support/answering-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';

test.use({ serviceWorkers: 'allow' });

declare global {
  var answering: AnsweringTestPage;
}

let server: EngineServer;
test.beforeAll(async () => {
  server = await serveEnginePage(
    {},
    { answering: './answering-page.ts', 'service-worker': './answering-service-worker.ts' },
  );
});
test.afterAll(() => server.close());
test.afterEach(() => {
  server.interfere = undefined;
});

/** A page that its service worker controls. */
async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => 'answering' in globalThis);
  await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const controlled = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve));
    await serviceWorker.register('/service-worker.js', { type: 'module' });
    if (!serviceWorker.controller) await controlled;
  });
  return page;
}

/** Answers with vectors of hashes. */
const answer = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const { answerRequests, HashedFoundation, kept } = globalThis.answering;
    kept.answering = answerRequests(new HashedFoundation());
    await kept.answering.ready;
  });

/** Takes requests and answers none. */
const hang = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const { answerRequests, HashedFoundation, kept } = globalThis.answering;
    const foundation = new HashedFoundation();
    kept.asked = 0;
    const never = (): Promise<never> => {
      kept.asked = (kept.asked ?? 0) + 1;
      return new Promise(() => {});
    };
    foundation.embeddings = never;
    foundation.train = never;
    kept.answering = answerRequests(foundation);
    await kept.answering.ready;
  });

const isAsked = (page: Page) => page.waitForFunction(() => (globalThis.answering.kept.asked ?? 0) > 0);

/** What the installed client makes of an answer. */
const embed = (page: Page, model = 'jina-embeddings-v3') =>
  page.evaluate(
    (id) =>
      globalThis.answering.client.embeddings.create({ model: id, input: ['hello'] }).then(
        ({ data }) => ({ length: data[0]!.embedding.length }),
        ({ message, status, code, requestID }) => ({ message, status, code, requestID }),
      ),
    model,
  );

test('the unmodified openai client gets the engine’s bits offline, its errors, and after a reload', async ({
  context,
}) => {
  const page = await open(context);
  /** The client's vectors, beside those that the engine gives without it. */
  const compare = () =>
    page.evaluate(async () => {
      const { answerRequests, client, createLocal, embedded, kept } = globalThis.answering;
      kept.foundation ??= createLocal({ device: 'wasm', models: [embedded] });
      kept.answering ??= answerRequests(kept.foundation);
      await kept.answering.ready;
      const input = ['white rabbit', 'A longer text, so that the two have lengths of their own.'];
      const answered = await client.embeddings.create({ model: embedded.id, input });
      const { data } = await kept.foundation.embeddings({ model: embedded.id, input });
      return {
        widths: answered.data.map(({ embedding }) => embedding.length),
        isSame: answered.data.every(({ embedding }, index) =>
          embedding.every((value, at) => value === data[index]!.embedding[at]),
        ),
      };
    });
  // The model is downloaded, and the site kept, while there is a network.
  expect(await compare()).toEqual({ widths: [384, 384], isSame: true });
  await page.reload();
  await page.waitForFunction(() => 'answering' in globalThis);
  expect(await compare()).toEqual({ widths: [384, 384], isSame: true });
  await context.setOffline(true);
  // The browser's own look for a new service worker goes out nevertheless.
  server.interfere = (_, response) => {
    response.destroy();
    return true;
  };
  expect(await compare()).toEqual({ widths: [384, 384], isSame: true });
  await page.reload();
  await page.waitForFunction(() => 'answering' in globalThis);
  expect(await compare()).toEqual({ widths: [384, 384], isSame: true });

  expect(await embed(page, 'nobody')).toEqual({
    message: expect.stringContaining("Model 'nobody' not found"),
    status: 400,
    code: 'model_not_found',
    requestID: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  const listed = await page.evaluate(async () => {
    const ids: string[] = [];
    for await (const { id } of globalThis.answering.client.models.list()) ids.push(id);
    return ids;
  });
  expect(listed.join()).toMatch(/minilm/i);

  // A caller that gives up learns of it at once; the next one is answered.
  const aborted = await page.evaluate(async () => {
    const { client, embedded, OpenAI } = globalThis.answering;
    const controller = new AbortController();
    const call = client.embeddings.create(
      { model: embedded.id, input: Array.from({ length: 200 }, (_, n) => `text ${n}`) },
      { signal: controller.signal },
    );
    controller.abort();
    return call.then(
      () => 'answered',
      (error: unknown) => (error instanceof OpenAI.APIUserAbortError ? 'aborted' : String(error)),
    );
  });
  expect(aborted).toBe('aborted');
  expect(await embed(page, 'all-MiniLM-L6-v2')).toEqual({ length: 384 });
});

test('whoever answers: the own page, another one, a new one after it closed, none', async ({ context }) => {
  const asking = await open(context);
  const refused = {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('No open page answers requests'),
  };
  expect(await embed(asking)).toMatchObject(refused);

  const first = await open(context);
  await hang(first);
  const answered = embed(asking);
  await isAsked(first);
  const second = await open(context);
  await answer(second);
  // Its own page answers, though another one was there before.
  expect(await embed(second)).toEqual({ length: 1024 });
  await first.close();
  expect(await answered).toEqual({ length: 1024 });

  await second.evaluate(() => globalThis.answering.kept.answering!.close());
  expect(await embed(asking)).toMatchObject(refused);

  // What may have been done is not done twice.
  const third = await open(context);
  await hang(third);
  const trained = asking.evaluate(async () => {
    const response = await fetch('/v1/train', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'jina-embeddings-v3', input: [{ text: 'a', label: 'b' }] }),
    });
    return { retry: response.headers.get('X-Should-Retry'), body: await response.text() };
  });
  await isAsked(third);
  await answer(second);
  await third.close();
  expect(await trained).toEqual({
    retry: 'false',
    body: expect.stringContaining('closed before it answered'),
  });
});

test('a service worker that was stopped finds the pages again', async ({ context }) => {
  const answering = await open(context);
  await answer(answering);
  const asking = await open(context);
  expect(await embed(asking)).toEqual({ length: 1024 });
  const instance = () => asking.evaluate(async () => (await fetch('/instance')).text());
  const before = await instance();
  const session = await context.newCDPSession(asking);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  expect(await embed(asking)).toEqual({ length: 1024 });
  expect(await instance()).not.toBe(before);
  expect(await embed(answering)).toEqual({ length: 1024 });
});
