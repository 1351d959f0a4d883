/** The model store in a real browser, from a hub on another origin that redirects to a third one. */
import { createHash } from 'node:crypto';
import type { BrowserContext, Page } from '@playwright/test';
import { pseudoRandomBytes } from '../../packages/core/test/bytes.ts';
import { Hub, type HubOptions } from '../../packages/core/test/hub.ts';
import type { OpenRequest, OpenResult, StorePage } from '../support/store-page.ts';
import { type StoreServer, serveStorePage } from '../support/store-server.ts';
import { expect, test } from '../support/throttled-test.ts';

declare global {
  var storePage: StorePage;
}

const MODEL = 'example/tiny-model';
const PATH = 'onnx/model.onnx';
// More than a browser's own buffers, which it drops when a connection breaks.
const CHUNK = 1024 * 1024;
const SIZE = 8 * CHUNK + 12_345;
const WEIGHTS = pseudoRandomBytes(SIZE);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let server: StoreServer;
let hub: Hub;

test.beforeAll(async () => {
  server = await serveStorePage();
});
test.afterAll(() => server.close());
test.afterEach(() => hub.close());

async function startHub(options: Partial<HubOptions> = {}): Promise<void> {
  hub = await Hub.start({ repositories: { [MODEL]: { [PATH]: WEIGHTS } }, ...options });
}

async function newTab(context: BrowserContext, path = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url + path);
  await page.waitForFunction(() => 'storePage' in globalThis);
  return page;
}

const open = (page: Page, request: Partial<OpenRequest> = {}): Promise<OpenResult> =>
  page.evaluate((wanted) => globalThis.storePage.open(wanted), {
    kind: 'hub',
    address: hub.url,
    model: MODEL,
    path: PATH,
    chunkBytes: CHUNK,
    ...request,
  } satisfies OpenRequest);

/** Resolves when a page has been told of so many bytes. */
const loadedIn = (page: Page, bytes: number): Promise<unknown> =>
  page.waitForFunction((wanted) => globalThis.storePage.loaded.some((loaded) => loaded >= wanted), bytes);

const whole = { sha256: sha256(WEIGHTS), size: SIZE };
const preflights = (): number => hub.preflights.length;

test('downloads over a redirect to another origin without a preflight, and once only', async ({
  context,
}) => {
  await startHub();
  const page = await newTab(context);
  expect(await open(page)).toMatchObject({
    ...whole,
    fromCache: false,
    report: { kind: 'indexeddb', modelBytes: SIZE },
  });
  expect(preflights()).toBe(0);
  await page.close();
  await hub.offline();
  expect(await open(await newTab(context))).toMatchObject({ ...whole, fromCache: true });
});

for (const exposedHeaders of [undefined, 'X-Nothing']) {
  const what = exposedHeaders ? 'hides all headers from other origins' : 'exposes the usual headers';
  for (const kind of ['hub', 'base-url'] as const) {
    test(`goes on after a cut from a ${kind} that ${what}`, async ({ context }) => {
      await startHub({ exposedHeaders, listing: kind === 'hub' ? 'hub' : 'none' });
      const address = kind === 'hub' ? hub.url : hub.baseUrl(MODEL);
      const page = await newTab(context);
      // Hidden validators and no published hash: what was there could be of another version, so it is not used.
      const isProven = kind === 'hub' || exposedHeaders === undefined;
      const cut = (read: number) =>
        ({ kind: 'cut', after: 2.5 * CHUNK, until: () => loadedIn(page, read) }) as const;
      hub.fail(PATH, cut(2 * CHUNK), cut((isProven ? 4 : 2) * CHUNK));
      expect(await open(page, { kind, address })).toMatchObject(whole);
      expect(preflights()).toBe(0);
      if (isProven) expect(hub.bytesSent(PATH)).toBeLessThanOrEqual(SIZE + 2 * CHUNK);
    });
  }
}

test('sends a token to the hub, and it does not travel on with the redirect', async ({ context }) => {
  await startHub({ gated: { token: 'hf_secret', repositories: [MODEL] } });
  const page = await newTab(context);
  expect(await open(page)).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    status: 401,
    message: expect.stringContaining('gated'),
  });
  hub.fail(PATH, { kind: 'cut', after: 3 * CHUNK });
  expect(await open(page, { token: 'hf_secret' })).toMatchObject(whole);
  expect(hub.transfers(PATH).every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test('two tabs at once make one download, and the second shows the first one’s progress', async ({
  context,
}) => {
  await startHub();
  // Reports that follow each other closely are left out: here a fifth of a second passes between any two looks at the clock.
  await context.addInitScript(() => {
    let now = 0;
    performance.now = () => {
      now += 200;
      return now;
    };
  });
  const [one, two] = [await newTab(context), await newTab(context)];
  const toldOf = (page: Page, events: number): Promise<unknown> =>
    page.waitForFunction(
      (wanted) => globalThis.storePage.loaded.filter((bytes) => bytes > 0).length >= wanted,
      events,
    );
  let pieces = 0;
  const every = async (): Promise<void> => {
    pieces++;
    // Nothing before the other tab listens, which it does while it waits for the lock.
    if (pieces === 1) {
      await one.waitForFunction(async () => ((await navigator.locks.query()).pending ?? []).length > 0);
    }
    // No further before both have been told once more.
    if (pieces % 10 === 0 && pieces <= 30) {
      await Promise.all([one, two].map((page) => toldOf(page, pieces / 10)));
    }
  };
  hub.failOften(PATH, 4, { kind: 'trickle', bytes: 200_000, every });
  const results = await Promise.all([open(one), open(two)]);
  for (const result of results) expect(result).toMatchObject(whole);
  expect(hub.transfers(PATH)).toHaveLength(1);
  expect(hub.bytesSent(PATH)).toBe(SIZE);
  for (const page of [one, two]) {
    const loaded = await page.evaluate(() => globalThis.storePage.loaded);
    expect(loaded.filter((bytes) => bytes > 0 && bytes < SIZE).length).toBeGreaterThan(2);
  }
});

test('closing the tab ten times in mid-download still ends with the right bytes', async ({ context }) => {
  await startHub();
  const chunkBytes = 256 * 1024;
  const starts: number[] = [];
  for (let kill = 0; kill < 10; kill++) {
    const page = await newTab(context);
    const before = hub.transfers(PATH).length;
    // In the middle of a chunk, one or two of which came before.
    hub.fail(PATH, { kind: 'crawl', after: (1.2 + (kill % 5) / 4) * chunkBytes });
    void open(page, { chunkBytes }).catch(() => {});
    await expect.poll(() => hub.transfers(PATH).length).toBeGreaterThan(before);
    const start = Number(/\d+/.exec(hub.transfers(PATH)[before]!.range!)![0]);
    await loadedIn(page, start + chunkBytes);
    await page.close();
    starts.push(start);
  }
  expect(await open(await newTab(context), { chunkBytes })).toMatchObject(whole);
  // Every start is at a chunk's end and none before the last: nothing that was stored is fetched again.
  expect(starts.every((start) => start % chunkBytes === 0)).toBe(true);
  expect(starts).toEqual([...starts].sort((one, other) => one - other));
  expect(starts.at(-1)).toBeGreaterThan(0);
  // At most a chunk for each death, and what was in flight towards the dying tab.
  expect(hub.bytesSent(PATH)).toBeLessThanOrEqual(SIZE + 10 * 2 * chunkBytes);
});

test('a tab that dies hands the download over to the one that waits', async ({ context }) => {
  await startHub();
  hub.fail(PATH, { kind: 'crawl', after: 3.5 * CHUNK });
  const [one, two] = [await newTab(context), await newTab(context)];
  void open(one).catch(() => {});
  await loadedIn(one, 3 * CHUNK);
  const second = open(two);
  await one.close();
  expect(await second).toMatchObject({ ...whole, fromCache: false });
  expect(hub.transfers(PATH)).toHaveLength(2);
  expect(hub.transfers(PATH)[1]!.range).not.toBe('bytes=0-');
});

test('a full disk is a typed error with numbers; with permission an unused model makes room', async ({
  context,
}) => {
  const other = pseudoRandomBytes(3_000_000, 2);
  await startHub({ repositories: { [MODEL]: { [PATH]: WEIGHTS }, 'example/other': { [PATH]: other } } });
  const page = await newTab(context);
  const session = await context.newCDPSession(page);
  const { origin } = new URL(server.url);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 10_000_000 });
  expect(await open(page, { model: 'example/other' })).toMatchObject({ sha256: sha256(other) });
  const refused = await open(page);
  expect(refused).toMatchObject({
    code: 'STORAGE_QUOTA_EXCEEDED',
    status: 507,
    message: expect.stringMatching(/needs \d\.\d MB more.*example\/other \(3\.0 MB, last used \d{4}/),
  });
  expect(await open(page, { model: 'example/other' })).toMatchObject({ fromCache: true });
  expect(await open(page, { evict: 'least-recently-used' })).toMatchObject(whole);
  const usage = await page.evaluate(() => globalThis.storePage.usage());
  expect(usage.map(({ model }) => model)).toEqual([MODEL]);
});

test('where there is no storage it runs from memory and says so', async ({ context }) => {
  await startHub();
  const page = await newTab(context, 'sandboxed');
  expect(await open(page)).toMatchObject({
    ...whole,
    report: { kind: 'memory', modelBytes: SIZE, reason: expect.stringContaining('kept in memory') },
  });
});

test('the connection is lost and comes back', async ({ context }) => {
  await startHub();
  hub.fail(PATH, { kind: 'crawl', after: 1.5 * CHUNK });
  const page = await newTab(context);
  const opened = open(page, { attempts: 20 });
  await loadedIn(page, CHUNK);
  const refused = page.waitForEvent('requestfailed', (request) =>
    /REFUSED/.test(request.failure()?.errorText ?? ''),
  );
  await hub.offline();
  await refused;
  await hub.online();
  expect(await opened).toMatchObject(whole);
});

test('nobody answers: a typed error, and nothing is kept that is not whole', async ({ context }) => {
  await startHub();
  await hub.offline();
  const page = await newTab(context);
  expect(await open(page, { attempts: 2 })).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('could not be reached'),
  });
  expect(await page.evaluate(() => globalThis.storePage.usage())).toEqual([]);
});
