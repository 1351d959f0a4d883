import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../handler.ts';
import { isPublicAddress } from './public-addresses.ts';
import { GuardedUrlReader } from './url-reader.ts';

describe('public addresses', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '100.128.0.1'])(
    '%s is one',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
  it.each([
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:10.0.0.1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    'localhost',
    '',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

const options = { param: 'input.0.image', maxBytes: 1000 };
const refused = { code: 'INPUT_VALIDATION_FAILED', param: 'input.0.image' };

describe('what is on no list', () => {
  const some = new GuardedUrlReader({
    allowed: ['https://images.example/public/', 'https://exact.example/a.png'],
  });
  it.each([
    'https://other.example/a.png',
    'http://images.example/public/a.png',
    'https://images.example/private/a.png',
    'https://images.example/public/../private/a.png',
    'https://images.example/public/%2e%2e/private/a.png',
    'https://images.example:8443/public/a.png',
    'https://images.example@evil.example/public/a.png',
    'https://user@images.example/public/a.png',
    'https://images.example.evil.example/public/a.png',
    'https://exact.example/a.png.exe',
    'ftp://images.example/public/a.png',
    'file:///etc/passwd',
    'gopher://127.0.0.1:70/',
    '//images.example/public/a.png',
    'not a url',
  ])('%s', async (url) => {
    await expect(some.read(url, options)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('does not use the URL'),
    });
  });

  it('and nothing is where no list is', async () => {
    const none = new GuardedUrlReader({ allowed: [] });
    await expect(none.read('https://images.example/', options)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('--allow-url'),
    });
    expect(() => none.check('https://hook.example/', 'webhook_url')).toThrow('--allow-url');
  });

  it.each(['images.example', 'ftp://x.example', ''])('%j is no entry', (entry) => {
    expect(() => new GuardedUrlReader({ allowed: [entry] })).toThrow('--allow-url');
  });
});

describe('addresses of private networks, however they are written', () => {
  const any = new GuardedUrlReader({ allowed: ['*', 'http://127.0.0.1/', 'http://2130706433/'] });
  it.each([
    'https://127.0.0.1/',
    'http://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[0:0:0:0:0:ffff:7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fe80::1]/',
    'https://１２７.０.０.１/',
  ])('%s', async (url) => {
    await expect(any.read(url, options)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('private network'),
    });
  });

  it.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['::1']], [[]]])(
    'a name that means %j',
    async (addresses) => {
      const reader = new GuardedUrlReader({ allowed: ['*'], resolve: async () => addresses });
      await expect(reader.read('https://rebound.example/', options)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('private network'),
      });
    },
  );
});

describe('what is read', () => {
  const served: Record<string, RequestListener> = {
    '/picture': (_, response) => response.end('picture'),
    '/large': (_, response) => response.end('x'.repeat(2000)),
    '/missing': (_, response) => response.writeHead(404).end(),
    '/moved': (_, response) => response.writeHead(302, { Location: '/picture' }).end(),
    '/circle': (_, response) => response.writeHead(302, { Location: '/circle' }).end(),
    '/elsewhere': (_, response) => response.writeHead(302, { Location: 'http://169.254.169.254/' }).end(),
    '/inside': (_, response) => response.writeHead(302, { Location: 'http://inside.example/' }).end(),
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host}`);
    const { pathname } = new URL(request.url!, 'http://x');
    (served[pathname] ?? served['/missing']!)(request, response);
  });
  let origin: string;
  let reader: GuardedUrlReader;
  let lookups = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://pictures.example:${(server.address() as AddressInfo).port}`;
    reader = new GuardedUrlReader({
      allowed: [origin, 'http://inside.example/'],
      // This machine stands for the internet; a second look-up would give an address that is refused.
      isAllowedAddress: (address) => address === '127.0.0.1',
      resolve: async (host) =>
        host === 'inside.example' || lookups++ % 2 === 1 ? ['10.0.0.1'] : ['127.0.0.1'],
    });
  });
  afterAll(() => void server.close());
  const read = (path: string) => {
    lookups = 0;
    return reader.read(`${origin}${path}`, options);
  };

  it('comes from the address that was checked: the name is looked up once', async () => {
    expect(Buffer.from(await read('/picture')).toString()).toBe('picture');
    expect(lookups).toBe(1);
    expect(asked.at(-1)).toBe(`GET /picture ${new URL(origin).host}`);
  });

  it.each([
    ['/large', '1,000 bytes'],
    ['/missing', 'status 404'],
    ['/elsewhere', 'does not use the URL'],
  ])('%s is refused', async (path, message) => {
    await expect(read(path)).rejects.toMatchObject({ ...refused, message: expect.stringContaining(message) });
  });

  it('redirects are followed, and each address of them is looked at', async () => {
    const steady = new GuardedUrlReader({
      allowed: [origin, 'http://inside.example/'],
      isAllowedAddress: (address) => address === '127.0.0.1',
      resolve: async (host) => [host === 'inside.example' ? '10.0.0.1' : '127.0.0.1'],
    });
    const follow = (path: string) => steady.read(`${origin}${path}`, options);
    expect(Buffer.from(await follow('/moved')).toString()).toBe('picture');
    await expect(follow('/circle')).rejects.toThrow('redirects more than');
    await expect(follow('/inside')).rejects.toThrow('private network');
  });

  it('images of a request reach the foundation as data', async () => {
    const foundation = new HashedFoundation();
    const handler = createHandler(foundation, { urls: reader });
    const embed = async (image: string) => {
      lookups = 0;
      const response = await handler(
        new Request('http://localhost/v1/embeddings', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ model: 'jina-clip-v2', input: [{ text: 'a' }, { image }] }),
        }),
      );
      return {
        status: response.status,
        body: (await response.json()) as { data?: { embedding: number[] }[] },
      };
    };
    const byUrl = await embed(`${origin}/picture`);
    const asData = await embed(Buffer.from('picture').toString('base64'));
    expect(byUrl.status).toBe(200);
    expect(byUrl.body.data).toEqual(asData.body.data);
    expect(await embed('https://other.example/')).toMatchObject({
      status: 422,
      body: { error: { param: 'input.1.image' } },
    });
  });
});
