import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { pseudoRandomBytes, sameBytes } from '../../test/bytes.ts';
import { Hub, type HubOptions } from '../../test/hub.ts';
import { hubSource } from './hub-source.ts';
import { MemoryCache } from './memory-cache.ts';
import { createModelStore } from './store.ts';

const MODEL = 'example/tiny-model';
const WEIGHTS = pseudoRandomBytes(50_000);
const CONFIG = new TextEncoder().encode('{"hidden_size":8}');
const hubs: Hub[] = [];

async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const hub = await Hub.start({
    repositories: { [MODEL]: { 'config.json': CONFIG, 'onnx/model.onnx': WEIGHTS } },
    ...options,
  });
  hubs.push(hub);
  return hub;
}

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

describe('hubSource', () => {
  test('learns sizes and hashes from one request', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const described = await source.describe(['config.json', 'onnx/model.onnx', 'absent.json']);
    expect([...described.values()]).toEqual([
      { path: 'config.json', size: CONFIG.length, gitSha1: expect.stringMatching(/^[0-9a-f]{40}$/) },
      {
        path: 'onnx/model.onnx',
        size: WEIGHTS.length,
        sha256: createHash('sha256').update(WEIGHTS).digest('hex'),
      },
    ]);
    expect(hub.requests).toHaveLength(1);
    expect(source.key).toBe(`${hub.url}/${MODEL}@main`);
  });

  test('follows the pages of a long list, on its own host', async () => {
    const hub = await startHub({ pageSize: 1 });
    const described = await hubSource(MODEL, { remoteHost: hub.url }).describe([
      'config.json',
      'onnx/model.onnx',
    ]);
    expect(described.size).toBe(2);
    expect(hub.requests.filter(({ kind }) => kind === 'api')).toHaveLength(2);
  });

  test('asks each file for its size where there is no list', async () => {
    const hub = await startHub({ listing: 'none' });
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const described = await source.describe(['config.json', 'onnx/model.onnx', 'absent.json']);
    expect([...described.values()].map(({ path, size }) => [path, size])).toEqual([
      ['config.json', CONFIG.length],
      ['onnx/model.onnx', WEIGHTS.length],
    ]);
    expect(hub.bytesSent()).toBeLessThanOrEqual(2);
  });

  test('sends a token to the hub and not to where it redirects', async () => {
    const hub = await startHub({ gated: { token: 'hf_secret', repositories: [MODEL] } });
    let asked = 0;
    const token = async (): Promise<string> => {
      asked++;
      return 'hf_secret';
    };
    const source = hubSource(MODEL, { remoteHost: hub.url, token });
    expect((await source.describe(['config.json'])).size).toBe(1);
    const { stream } = await source.open('config.json', { offset: 0 });
    expect(await new Response(stream).json()).toEqual({ hidden_size: 8 });
    expect(asked).toBeGreaterThan(0);
    expect(hub.requests.find(({ kind }) => kind === 'resolve')!.headers.authorization).toBe(
      'Bearer hf_secret',
    );
    expect(hub.transfers()[0]!.headers.authorization).toBeUndefined();
  });

  test.each([
    [undefined, /gated: accept its terms/],
    ['hf_wrong', /token was refused/],
  ])('says what a closed repository needs (token %s)', async (token, message) => {
    const hub = await startHub({ gated: { token: 'hf_secret', repositories: [MODEL] } });
    const failed = hubSource(MODEL, { remoteHost: hub.url, token }).describe(['config.json']);
    await expect(failed).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      status: 401,
      retryable: false,
      message: expect.stringMatching(message),
    });
    await expect(failed).rejects.not.toThrow(/hf_wrong/);
  });

  test('refuses a token that cannot be sent', async () => {
    const hub = await startHub();
    await expect(
      hubSource(MODEL, { remoteHost: hub.url, token: 'hf_a\nb' }).describe(['config.json']),
    ).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'token' });
  });

  test('a repository that does not exist is not retried', async () => {
    const hub = await startHub();
    await expect(
      hubSource('example/nothing', { remoteHost: hub.url }).describe(['config.json']),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', status: 404, retryable: false });
  });

  test('goes to a mirror while the host cannot be reached, without its token', async () => {
    const [host, mirror] = [await startHub(), await startHub()];
    await host.offline();
    const source = hubSource(MODEL, { remoteHost: host.url, mirrors: [mirror.url], token: 'hf_secret' });
    expect((await source.describe(['config.json'])).size).toBe(1);
    const { stream } = await source.open('onnx/model.onnx', { offset: 0 });
    expect((await new Response(stream).arrayBuffer()).byteLength).toBe(WEIGHTS.length);
    expect(mirror.requests.length).toBeGreaterThan(0);
    expect(mirror.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    await mirror.offline();
    await expect(source.describe(['config.json'])).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      retryable: true,
    });
  });

  test('follows another path template', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, {
      remoteHost: hub.contentUrl,
      pathTemplate: '/{model}/{path}',
      revision: 'v1/beta',
    });
    expect((await source.describe(['onnx/model.onnx'])).get('onnx/model.onnx')!.size).toBe(WEIGHTS.length);
  });

  test('continues from an offset with a safelisted range', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const opened = await source.open('onnx/model.onnx', { offset: 49_990 });
    expect(opened).toMatchObject({ offset: 49_990, size: 50_000, etag: expect.any(String) });
    expect(new Uint8Array(await new Response(opened.stream).arrayBuffer())).toEqual(WEIGHTS.subarray(49_990));
    expect(hub.transfers()[0]!.range).toBe('bytes=49990-');
  });

  test('asks conditionally where that costs no preflight', async () => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const { stream, etag } = await source.open('onnx/model.onnx', { offset: 0 });
    await stream.cancel();
    hub.repositories[MODEL]!['onnx/model.onnx'] = pseudoRandomBytes(50_000, 2);
    const changed = await source.open('onnx/model.onnx', { offset: 40_000, etag });
    expect(changed.offset).toBe(0);
    expect(changed.etag).not.toBe(etag);
    await changed.stream.cancel();
  });

  test('cancellation keeps its reason', async () => {
    const hub = await startHub();
    const controller = new AbortController();
    controller.abort(new DOMException('stop', 'AbortError'));
    await expect(
      hubSource(MODEL, { remoteHost: hub.url }).describe(['config.json'], controller.signal),
    ).rejects.toMatchObject({ name: 'AbortError', message: 'stop' });
  });
});

describe('a listing that does not say all', () => {
  const GRAPH = 'onnx/model.onnx';
  type Entry = Record<string, unknown>;

  /** Without hashes: of a file in large-file storage, git's own id is that of a pointer. */
  const bare = ({ lfs: _, oid: __, ...entry }: Entry): Entry => entry;

  /** The hub's listing, changed on its way; everything else as it is. */
  const changed =
    (change: (entries: Entry[]) => unknown, headers: Record<string, string> = {}): typeof fetch =>
    async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).includes('/api/models/')) return response;
      return Response.json(change((await response.json()) as Entry[]), { headers });
    };

  const storeFrom = async (fetcher: typeof fetch) => {
    const hub = await startHub();
    const source = hubSource(MODEL, { remoteHost: hub.url, fetch: fetcher });
    const store = createModelStore({ cache: new MemoryCache(), channel: false, retry: { attempts: 1 } });
    return store.open(MODEL, source, [{ path: 'config.json' }, { path: GRAPH }]);
  };

  test.each<[string, (entry: Entry) => unknown]>([
    ['no sizes', ({ size: _, ...entry }) => bare(entry)],
    [
      'no sizes but hashes',
      ({ size: _, lfs, ...entry }) => ({
        ...entry,
        ...(lfs ? { lfs: { ...lfs, size: undefined } } : {}),
      }),
    ],
    ['sizes in words', (entry) => ({ ...bare(entry), size: 'x' })],
    ['sizes below nothing', (entry) => ({ ...bare(entry), size: -5, lfs: null })],
    ['hashes that are numbers', (entry) => ({ ...entry, oid: 5, lfs: { oid: 5, size: entry.size } })],
    ['large-file facts that are a word', (entry) => ({ ...entry, lfs: 'x' })],
  ])('with %s gives whole files all the same', async (_, change) => {
    const files = await storeFrom(changed((entries) => entries.map(change)));
    expect(await files.get('config.json')!.text()).toBe('{"hidden_size":8}');
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test('with entries that are none is read past them', async () => {
    const odd = [null, 5, 'x', {}, { type: 'file' }, { type: 'file', path: 5 }];
    const files = await storeFrom(changed((entries) => [...odd, ...entries]));
    expect(sameBytes(await files.get(GRAPH)!.read(), WEIGHTS)).toBe(true);
  });

  test.each<[string, typeof fetch]>([
    ['goes on at no address', changed((entries) => entries, { link: '<http://[>; rel="next"' })],
    ['is no list', changed(() => ({}))],
  ])('and %s is refused with what is wrong', async (_, fetcher) => {
    await expect(storeFrom(fetcher)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      retryable: false,
      message: expect.stringContaining('the file list of example/tiny-model'),
    });
  });

  test('that says a file is empty which never is, does not make one', async () => {
    const empty = changed((entries) => entries.map((entry) => ({ ...bare(entry), size: 0 })));
    await expect(storeFrom(empty)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});
