import { once } from 'node:events';
import { connect } from 'node:net';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../test/raw-http.ts';
import { spawnCommand } from '../test/serve-command.ts';
import { Access } from './access.ts';
import { createHandler } from './handler.ts';
import { createNodeServer, type NodeServer, type NodeServerOptions } from './node.ts';

const model = 'jina-embeddings-v3';
const foundation = new HashedFoundation();
const open: NodeServer[] = [];

async function serve(options: NodeServerOptions = {}): Promise<NodeServer> {
  const server = await createNodeServer(foundation, { port: 0, ...options });
  open.push(server);
  return server;
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const codeOf = (text: string): unknown => (JSON.parse(text) as { code: string }).code;

describe('the host that a request names, where no key is asked for', () => {
  let server: NodeServer;
  beforeAll(async () => {
    server = await createNodeServer(foundation, { port: 0 });
  });
  afterAll(() => server.close());
  const statusOf = async (host: string): Promise<number> =>
    (await rawRequest(server.port, '/v1/models', { headers: { Host: host } })).status;

  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:1',
    'localhost.',
    'localhost.:8080',
    'search.localhost',
    '127.0.0.1',
    '127.0.0.1:65535',
    '127.1.2.3',
    '[::1]',
    '[::1]:8080',
  ])('%s is this machine', async (host) => {
    expect(await statusOf(host)).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io:8080',
    '192.168.1.7:8080',
    '10.0.0.1',
    '[::2]',
    '[fe80::1]:8080',
    '8.8.8.8',
    '0.0.0.0:8080',
  ])('%s is not', async (host) => {
    const answer = await rawRequest(server.port, '/v1/models', { headers: { Host: host } });
    expect(answer.status).toBe(403);
    expect(codeOf(answer.text)).toBe('AUTHZ_HOST_NOT_ALLOWED');
    expect(answer.text).toContain('allowedHosts (--allow-host)');
  });

  it.each([
    'localhost@evil.example',
    'evil.example@localhost',
    'evil.example#localhost',
    'localhost evil.example',
    'localhost,evil.example',
    'localhost/evil.example',
    '[::1',
    ':80',
    'localhost:99999',
    ' ',
  ])('%j is none', async (host) => {
    expect([400, 403]).toContain(await statusOf(host));
  });

  it('is also looked for in an absolute address, which servers have to prefer', async () => {
    const path = (host: string): string => `http://${host}/v1/models`;
    const headers = { Host: 'localhost' };
    expect((await rawRequest(server.port, path('localhost'), { headers })).status).toBe(200);
    expect((await rawRequest(server.port, path('evil.example'), { headers })).status).toBe(403);
    const evil = { Host: 'evil.example' };
    expect((await rawRequest(server.port, path('localhost'), { headers: evil })).status).toBe(403);
  });

  it('a load balancer may ask for health by any name', async () => {
    for (const path of ['/health', '/live', '/ready']) {
      expect((await rawRequest(server.port, path, { headers: { Host: '10.1.2.3' } })).status).toBe(200);
    }
  });

  it('names that are allowed', async () => {
    const { port } = await serve({ allowedHosts: ['Search.Example', 'other.example:8443', '[fe80::2]'] });
    const status = async (host: string): Promise<number> =>
      (await rawRequest(port, '/v1/models', { headers: { Host: host } })).status;
    for (const host of [
      'search.example',
      'SEARCH.example.:99',
      'other.example:8443',
      '[fe80::2]:1',
      'localhost',
    ]) {
      expect(await status(host), host).toBe(200);
    }
    for (const host of ['a.search.example', 'other.example', 'other.example:8444', '[fe80::3]']) {
      expect(await status(host), host).toBe(403);
    }
    const any = await serve({ allowedHosts: ['*'] });
    expect((await rawRequest(any.port, '/v1/models', { headers: { Host: 'evil.example' } })).status).toBe(
      200,
    );
  });

  it('the address that the server was told to listen on is its own', async () => {
    const { port } = await serve({ host: '0.0.0.0' });
    expect((await rawRequest(port, '/v1/models', { headers: { Host: `0.0.0.0:${port}` } })).status).toBe(200);
    expect((await rawRequest(port, '/v1/models', { headers: { Host: 'evil.example' } })).status).toBe(403);
    const six = await serve({ host: '::1' });
    expect((await rawRequest(six.port, '/v1/models', { host: '::1' })).status).toBe(200);
  });

  it('where a key is asked for it may be any, unless hosts are named', async () => {
    const headers = { Host: 'search.example', Authorization: 'Bearer one' };
    const keyed = await serve({ apiKeys: ['one'] });
    expect((await rawRequest(keyed.port, '/v1/models', { headers })).status).toBe(200);
    const named = await serve({ apiKeys: ['one'], allowedHosts: ['other.example'] });
    expect((await rawRequest(named.port, '/v1/models', { headers })).status).toBe(403);
  });

  it.each(['https://search.example', 'a b', '', 'search.example/path', 'user@search.example'])(
    'the option refuses %j',
    (host) => {
      expect(() => createHandler(foundation, { allowedHosts: [host] })).toThrow(
        expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'allowedHosts' }),
      );
    },
  );
});

describe('pages of other origins, where no key is asked for', () => {
  const boundary = '----formdata-0123456789abcdef01';
  const form =
    `--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\njina-embeddings-v3\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--${boundary}--\r\n`;
  const upload = (port: number, headers: Record<string, string>) =>
    rawRequest(port, '/v1/bulk-embeddings', {
      method: 'POST',
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, ...headers },
      body: form,
    });
  const jobs = async (): Promise<number> => (await foundation.batches.list({ limit: 1000 })).length;

  it.each([
    'https://evil.example',
    'http://evil.example:8080',
    'http://localhost.evil.example',
    'null',
    'file://',
    'chrome-extension://abcdef',
    'http://localhost@evil.example',
    'https://127.0.0.1.evil.example',
  ])('%s makes no job', async (Origin) => {
    const { port } = await serve();
    const before = await jobs();
    const answer = await upload(port, { Origin });
    expect(answer.status).toBe(403);
    expect(codeOf(answer.text)).toBe('AUTHZ_ORIGIN_NOT_ALLOWED');
    expect(answer.text).toContain('cors (--cors)');
    expect(await jobs()).toBe(before);
  });

  it.each([
    {},
    { Origin: 'http://localhost:5173' },
    { Origin: 'HTTP://LOCALHOST:5173' },
    { Origin: 'http://127.0.0.1' },
    { Origin: 'http://[::1]:3000' },
    { 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none' },
  ])('this machine makes one: %j', async (headers) => {
    const { port } = await serve();
    const before = await jobs();
    expect((await upload(port, headers as Record<string, string>)).status).toBe(200);
    expect(await jobs()).toBe(before + 1);
  });

  it('pictures and scripts of other sites are told by Sec-Fetch-Site, at every path', async () => {
    const { port } = await serve();
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    for (const path of ['/v1/models', '/v1/batches', '/ready', '/health', '/nothing']) {
      const answer = await rawRequest(port, path, { headers });
      expect(answer.status, path).toBe(403);
      expect(codeOf(answer.text)).toBe('AUTHZ_ORIGIN_NOT_ALLOWED');
    }
  });

  it('those that cors names may call', async () => {
    const { port } = await serve({ cors: ['https://Page.example:443', 'chrome-extension://abcdef'] });
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await upload(port, { ...headers, Origin: 'https://page.example' })).status).toBe(200);
    expect((await upload(port, { ...headers, Origin: 'chrome-extension://abcdef' })).status).toBe(200);
    expect((await upload(port, { ...headers, Origin: 'http://page.example' })).status).toBe(403);
    expect((await upload(port, headers)).status).toBe(403);
    const all = await serve({ cors: '*' });
    expect((await upload(all.port, { ...headers, Origin: 'https://evil.example' })).status).toBe(200);
    expect((await upload(all.port, headers)).status).toBe(200);
  });

  it('are refused before their body arrives', async () => {
    const { port } = await serve();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n' +
        'Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{',
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });

  it('need a key where one is asked for, as before', async () => {
    const { port } = await serve({ apiKeys: ['one'] });
    const headers = { Origin: 'https://evil.example' };
    expect((await upload(port, headers)).status).toBe(401);
    expect((await upload(port, { ...headers, Authorization: 'Bearer one' })).status).toBe(200);
  });
});

describe('keys', () => {
  const tried = async (apiKeys: readonly string[], key: string): Promise<number> => {
    const { port } = await serve({ apiKeys });
    const headers = { Authorization: `Bearer ${key}` };
    return (await rawRequest(port, '/v1/models', { headers })).status;
  };

  it('lose the white space around them', async () => {
    expect(await tried(['a', ' b', 'c\n'], 'b')).toBe(200);
    expect(await tried(['a', ' b', 'c\n'], 'c')).toBe(200);
  });

  it.each([[[]], [['']], [[' ']], [['a', '']], [['a b']], [['schlüssel']], [['ключ']], [['a\u0000']]])(
    'that nobody could send are refused at the start, unquoted: %j',
    (apiKeys) => {
      expect(() => createHandler(foundation, { apiKeys })).toThrow(
        expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'apiKeys' }),
      );
      try {
        createHandler(foundation, { apiKeys });
      } catch (error) {
        for (const key of apiKeys.filter((each) => each.trim().length > 2)) {
          expect((error as Error).message).not.toContain(key);
        }
      }
    },
  );

  it.each([
    ['', 'NEARFIELD_API_KEYS is set and has no key'],
    [',', 'NEARFIELD_API_KEYS is set and has no key'],
    [' , ', 'NEARFIELD_API_KEYS is set and has no key'],
    ['schlüssel', 'API key 1 has characters'],
  ])('a variable %j stops the command', async (value, why) => {
    const child = spawnCommand(['serve', '--port', '0'], { env: { NEARFIELD_API_KEYS: value } });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, 'close');
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(why) });
    expect(said).not.toContain('Listening');
  });
});

describe('addresses in answers', () => {
  async function downloadUrl(
    options: NodeServerOptions,
    headers: Record<string, string>,
    prefix = '',
  ): Promise<string> {
    const { port } = await serve(options);
    const { batch_id: id } = await foundation.batches.create({ model, input: [{ body: { input: 'a' } }] });
    const path = `${prefix}/v1/bulk-embeddings/${id}/download-result`;
    const { text } = await rawRequest(port, path, { method: 'POST', headers });
    const { download_url: url } = JSON.parse(text) as { download_url: string };
    return url.replace(id, 'ID').replace(`:${port}`, ':PORT');
  }
  const keyed = { apiKeys: ['one'] };
  const Authorization = 'Bearer one';

  it.each<[string, NodeServerOptions, Record<string, string>, string]>([
    ['this machine’s', {}, {}, 'http://127.0.0.1:PORT/v1/batch/ID/output'],
    [
      'an allowed name',
      { allowedHosts: ['a.example'] },
      { Host: 'a.example' },
      'http://a.example/v1/batch/ID/output',
    ],
    ['an unknown name, with a key', keyed, { Host: 'evil.example', Authorization }, '/v1/batch/ID/output'],
    ['any name', { allowedHosts: ['*'] }, { Host: 'evil.example' }, '/v1/batch/ID/output'],
    [
      'behind a proxy',
      { ...keyed, publicUrl: 'https://search.example/api' },
      { Host: 'evil.example', Authorization },
      'https://search.example/api/v1/batch/ID/output',
    ],
  ])('%s', async (_, options, headers, expected) => {
    expect(await downloadUrl(options, headers)).toBe(expected);
  });

  it('an absolute address is no proof of a name', async () => {
    const url = await downloadUrl(keyed, { Authorization, Host: 'localhost' }, 'http://evil.example');
    expect(url).toBe('/v1/batch/ID/output');
  });

  it.each(['search.example', 'ftp://search.example', ''])('publicUrl refuses %j', (publicUrl) => {
    expect(() => createHandler(foundation, { publicUrl })).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'publicUrl' }),
    );
  });
});

it('hosts are read as URLs are', () => {
  const access = new Access({ hosts: ['bücher.example'], origins: [] });
  expect(access.knowsHost('xn--bcher-kva.example')).toBe(true);
  expect(access.knowsHost('0x7f.1')).toBe(true);
  expect(access.knowsHost('2130706433')).toBe(true);
  expect(access.knowsHost('[0:0:0:0:0:0:0:1]:8080')).toBe(true);
  expect(access.knowsHost('[::ffff:127.0.0.1]')).toBe(true);
  expect(access.knowsHost('[::ffff:8.8.8.8]')).toBe(false);
});
