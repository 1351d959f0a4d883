/** The demo in Remote mode, against a real server that runs the same engine in Node. */
import { createNodeFoundation } from '@nearfield/core/node';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import type { SearchFoundation } from '@nearfield/spec';
import { expect, LONG, SHORT_TEXT, test } from './demo-page.ts';

const KEY = 'jina_this-key-is-right';
const MODEL = 'all-MiniLM-L6-v2';

let foundation: SearchFoundation;
let server: NodeServer;

test.beforeAll(async () => {
  foundation = createNodeFoundation({ models: [{ id: MODEL, source: miniLMDirectory() }] });
  server = await createNodeServer(foundation, { port: 0, apiKeys: [KEY], cors: '*' });
});

test.afterAll(async () => {
  await server.close();
  await foundation.close();
});

test('answers as Local does', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('How quickly does the darkness travel across the land?');
  await expect(demo.answers.first().locator('mark')).toBeVisible();
  const local = await demo.answers.allInnerTexts();

  await demo.useRemote({ apiKey: KEY, baseUrl: server.url, model: MODEL });
  await page.getByRole('button', { name: 'Index' }).click();
  await demo.indexed(3);
  await expect(page.locator('device-badge summary')).toContainText(new URL(server.url).host);
  await expect(demo.answers.first().locator('mark')).toBeVisible();
  const scoreless = (texts: string[]): string[] => texts.map((text) => text.replace(/\d\.\d{3}/, ''));
  expect(scoreless(await demo.answers.allInnerTexts())).toEqual(scoreless(local));

  // Both indexes are kept: no second run is needed.
  await page.getByRole('radio', { name: 'Local' }).check();
  await expect(demo.answers).toHaveCount(3);
});

test('keeps the API key in memory only', async ({ demo, page, context, consoleLog }) => {
  // The address of the server is kept; asked without its key, it refuses.
  consoleLog.expectFailedRequests();
  await demo.open();
  await demo.useRemote({ apiKey: KEY, baseUrl: server.url, model: MODEL });
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  const kept = await context.storageState({ indexedDB: true });
  expect(JSON.stringify(kept)).not.toContain(KEY);
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(KEY);
  expect(page.url()).not.toContain(KEY);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Local' })).toBeChecked();
  await page.getByRole('radio', { name: 'Remote' }).check();
  await expect(page.getByLabel('API key', { exact: true })).toHaveValue('');
});

test('says when the key is wrong, and goes on with the right one', async ({ demo, page, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await demo.open();
  await demo.useRemote({ apiKey: 'jina_this-key-is-wrong', baseUrl: server.url, model: MODEL });
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('AUTH_INVALID_API_KEY', 'The API key was not accepted');
  // jina.ai gives out no keys for somebody's own server.
  await expect(demo.problems).not.toContainText('jina.ai');
  await expect(page.locator('device-badge .dot')).toHaveAttribute('data-reach', 'refused');
  await page.getByLabel('API key', { exact: true }).fill(KEY);
  await page.keyboard.press('Enter');
  await demo.indexed(3);
  await expect(demo.problems).toHaveCount(0);
});

test('says when no key was given', async ({ demo, page, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await demo.open(`?device=wasm&baseUrl=${encodeURIComponent(server.url)}`);
  await page.getByRole('radio', { name: 'Remote' }).check();
  await expect(page.getByLabel('Server address')).toHaveValue(server.url);
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('AUTH_MISSING_API_KEY', 'An API key is needed');
});

test('says when the server is dead, and goes on when it is back', async ({ demo, page, consoleLog }) => {
  consoleLog.expectFailedRequests();
  const short = await createNodeServer(foundation, { port: 0, cors: '*' });
  await short.close();
  await demo.open();
  await demo.useRemote({ apiKey: KEY, baseUrl: short.url, model: MODEL });
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('CONNECTION_FAILED', 'The server could not be reached');
  const back = await createNodeServer(foundation, { port: short.port, cors: '*' });
  try {
    await page.getByRole('button', { name: 'Index' }).click();
    await demo.indexed(3);
    await expect(demo.problems).toHaveCount(0);
  } finally {
    await back.close();
  }
});

test('says when the server does not have the model', async ({ demo, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await demo.open();
  await demo.useRemote({ apiKey: KEY, baseUrl: server.url, model: 'no-such-model' });
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('INPUT_MODEL_NOT_FOUND', 'The server does not have this model');
});

test('a model that the server cannot run is not said to run in Remote', async ({
  demo,
  page,
  consoleLog,
}) => {
  consoleLog.expectFailedRequests();
  await demo.open();
  await demo.useRemote({ apiKey: KEY, baseUrl: server.url });
  const host = new URL(server.url).host;
  const model = page.getByRole('form', { name: 'Remote settings' }).getByLabel('Model');
  await model.fill('jina-embeddings-v4');
  await model.press('Tab');
  await expect(model).toHaveAccessibleDescription(`There is no jina-embeddings-v4 at ${host}.`);
  // The suggestions are what this server answers for.
  const choices = await page
    .locator('#remote-models option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  expect(choices).toContain(MODEL);
  expect(choices).not.toContain('jina-embeddings-v4');
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('MODEL_NOT_AVAILABLE_LOCALLY', 'The server does not have this model');
  await expect(demo.problems).not.toContainText(/in the browser|switch to Remote/u);
});

test('what is no address is said to be none, and the dot tells the truth', async ({ demo, page }) => {
  await demo.open();
  const dot = page.locator('device-badge .dot');
  await page.getByRole('radio', { name: 'Remote' }).check();
  await expect(dot).toHaveAttribute('data-reach', 'unknown');
  const address = page.getByLabel('Server address');
  await address.fill('not a url');
  await address.press('Tab');
  await expect(address).toHaveAttribute('aria-invalid', 'true');
  await expect(address).toHaveAccessibleDescription(/no address/u);
  await expect(page.locator('device-badge summary')).toContainText('api.jina.ai');
  await address.fill(server.url);
  await page.getByLabel('API key', { exact: true }).fill(KEY);
  await page.getByRole('form', { name: 'Remote settings' }).getByLabel('Model').fill(MODEL);
  await expect(address).not.toHaveAttribute('aria-invalid');
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await expect(dot).toHaveAttribute('data-reach', 'answered');
});

test('says when a question is too long', async ({ demo, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await demo.open();
  await demo.useRemote({ apiKey: KEY, baseUrl: server.url, model: MODEL });
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.question.fill('why '.repeat(600));
  await demo.expectProblem('INPUT_TOKEN_LIMIT_EXCEEDED', 'The text is too long for this model');
});
