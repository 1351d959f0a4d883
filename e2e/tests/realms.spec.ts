/**
 * The packed package without a bundler, `standalone.js`, where scripts are watched or start elsewhere: Trusted Types,
 * another origin, workers of the page's own; and what its errors say where it cannot start.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { makeConsumer, type StaticServer, serveStatic } from '../support/consumer.ts';
import { SIMILARITY, TOKENS } from '../toolchains/page.ts';
import { RECIPES } from '../toolchains/recipes.ts';

test.use({ serviceWorkers: 'allow' });

const models = fileURLToPath(new URL('../../packages/models/minilm/dist', import.meta.url));

interface Result {
  similarity?: number;
  tokens?: number;
  threads?: number;
  code?: string;
  message?: string;
}

/** A module that posts what it computes, or the error, and the page of a realm: `post` differs. */
const computing = (library: string, post: string): string => `
import { createLocal } from '${library}';
try {
  const foundation = createLocal({
    device: 'wasm',
    threads: 2,
    models: [{ id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/', dtypes: ['q8'] }],
  });
  const { data } = await foundation.embeddings({
    model: 'all-MiniLM-L6-v2',
    input: ['A man is eating pasta.', 'Someone is having spaghetti for dinner.'],
  });
  const [a, b] = data.map(({ embedding }) => embedding);
  const similarity = a.reduce((sum, value, index) => sum + value * b[index], 0);
  const { num_tokens: tokens } = await foundation.segment({ content: 'Pasta is made of flour.' });
  const { threads } = (await foundation.capabilities()).device;
  ${post}({ similarity, tokens, threads });
} catch ({ code, message }) {
  ${post}({ code, message });
}`;

const ON_PAGE = '((result) => { globalThis.result = result; })';

let project: string;
const servers: StaticServer[] = [];

test.beforeAll(async () => {
  project = await makeConsumer();
  const library = '/node_modules/@nearfield/core/dist/standalone.js';
  const files: Record<string, string> = {
    'index.html': '<!doctype html><title>page</title><script type="module" src="/page.js"></script>',
    'page.js': computing(library, ON_PAGE),
    'dedicated.html':
      '<!doctype html><title>dedicated</title><script type="module" src="/dedicated.js"></script>',
    'dedicated.js': `new Worker('/worker.js', { type: 'module' }).onmessage = ({ data }) => { globalThis.result = data; };`,
    'worker.js': computing(library, 'postMessage'),
    'shared.html': '<!doctype html><title>shared</title><script type="module" src="/shared.js"></script>',
    'shared.js': `const { port } = new SharedWorker('/shared-worker.js', { type: 'module' });
port.onmessage = ({ data }) => { globalThis.result = data; };`,
    'shared-worker.js': `const page = new Promise((resolve) => { onconnect = ({ ports: [port] }) => resolve(port); });
const post = async (result) => (await page).postMessage(result);
${computing(library, 'post')}`,
    'service.html': '<!doctype html><title>service</title><script type="module" src="/service.js"></script>',
    'service.js': `navigator.serviceWorker.onmessage = ({ data }) => { globalThis.result = data; };
const { installing, waiting, active } = await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
await navigator.serviceWorker.ready;
(active ?? waiting ?? installing).postMessage('compute');
navigator.serviceWorker.startMessages();`,
    'service-worker.js': `import { createLocal } from '${library}';
onmessage = ({ source }) =>
  createLocal().embeddings({ model: 'jina-embeddings-v2-small-en', input: 'hello' })
    .catch(({ code, message }) => source.postMessage({ code, message }));`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
});
test.afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
test.afterAll(() => rm(project, { recursive: true, force: true }));

/** Serves the project. @param headers beside those of a strict, isolated site */
async function serve(headers: Record<string, string> = {}): Promise<string> {
  const server = await serveStatic({ '/models/': models, '/': project }, headers);
  servers.push(server);
  return server.origin;
}

/** What the page at an address computes, or the error it gets. */
async function resultOf(page: Page, url: string): Promise<Result> {
  await page.goto(url);
  const handle = await page.waitForFunction(() => (globalThis as { result?: Result }).result, undefined, {
    timeout: 120_000,
  });
  return (await handle.jsonValue())!;
}

const computed = (threads: number): object => ({
  similarity: expect.closeTo(SIMILARITY, 2),
  tokens: TOKENS,
  threads,
});

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const TRUSTED = `${POLICY}; require-trusted-types-for 'script'`;

test('Trusted Types: a policy that allows "nearfield" is enough, with threads', async ({ page }) => {
  const origin = await serve({ 'Content-Security-Policy': `${TRUSTED}; trusted-types nearfield` });
  expect(await resultOf(page, `${origin}/`)).toEqual(computed(2));
});

test('Trusted Types: a policy that does not allow it is named, with the recipe', async ({ page }) => {
  const origin = await serve({ 'Content-Security-Policy': `${TRUSTED}; trusted-types none-of-ours` });
  const { code, message } = await resultOf(page, `${origin}/`);
  expect(code).toBe('RUNTIME_NOT_AVAILABLE');
  expect(message).toContain(`${origin}/node_modules/@nearfield/core/dist/worker-wasm.js`);
  expect(message).toContain('"trusted-types nearfield"');
  expect(message).toContain(RECIPES);
});

test.describe('the library on another origin', () => {
  const shared = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  /** A page whose only script is of another origin. */
  async function serveApart(
    policy: (library: string) => string,
  ): Promise<{ origin: string; library: string }> {
    const library = await serve(shared);
    const origin = await serve({ 'Content-Security-Policy': policy(library) });
    await writeFile(
      join(project, 'apart.html'),
      '<!doctype html><title>apart</title><script type="module" src="/apart.js"></script>',
    );
    await writeFile(
      join(project, 'apart.js'),
      computing(`${library}/node_modules/@nearfield/core/dist/standalone.js`, ON_PAGE),
    );
    return { origin, library };
  }
  const policyOf = (library: string): string =>
    `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob: ${library}; connect-src 'self' ${library}`;

  test('starts its worker through a few words of the page’s own, with threads', async ({ page }) => {
    const { origin } = await serveApart(
      (library) => `${policyOf(library)}; worker-src 'self' blob: ${library}`,
    );
    expect(await resultOf(page, `${origin}/apart.html`)).toEqual(computed(2));
  });

  test('names the policy where it may not', async ({ page }) => {
    const { origin, library: own } = await serveApart((library) => `${policyOf(library)}; worker-src 'self'`);
    const { code, message } = await resultOf(page, `${origin}/apart.html`);
    expect(code).toBe('RUNTIME_NOT_AVAILABLE');
    expect(message).toContain(`"worker-src 'self' blob: ${own}"`);
    expect(message).toContain(RECIPES);
  });
});

test('a dedicated worker of the page computes as the page does', async ({ page }) => {
  expect(await resultOf(page, `${await serve()}/dedicated.html`)).toEqual(computed(2));
});

test('a shared worker says what to do instead', async ({ page }) => {
  const { code, message } = await resultOf(page, `${await serve()}/shared.html`);
  expect(code).toBe('NOT_SUPPORTED');
  expect(message).toContain('createLocal({ shared: true })');
});

test('a service worker says what to do instead', async ({ page }) => {
  const { code, message } = await resultOf(page, `${await serve()}/service.html`);
  expect(code).toBe('NOT_SUPPORTED');
  expect(message).toContain('offscreen document');
});

test('a worker that was not copied is named with its address, the command and the recipe', async ({
  page,
}) => {
  await page.route('**/worker-wasm.js', (route) => route.fulfill({ status: 404, body: 'no' }));
  const origin = await serve();
  const { code, message } = await resultOf(page, `${origin}/`);
  expect(code).toBe('RUNTIME_NOT_AVAILABLE');
  expect(message).toContain(`${origin}/node_modules/@nearfield/core/dist/worker-wasm.js`);
  expect(message).toContain('npx nearfield copy DIR');
  expect(message).toContain(RECIPES);
});
