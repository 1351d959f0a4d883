import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { samplesOf } from './samples.ts';
import { decodeRequest, encodeRequest, withoutSecrets } from './share.ts';

test('every sample comes back from its link, long ones compressed', async () => {
  let compressed = 0;
  for (const { name } of OPERATIONS) {
    for (const { request } of samplesOf(name)) {
      const query = await encodeRequest(request('local'));
      expect(query).toMatch(/^(?:json=|z=)[\w%.~!*'()-]+$/u);
      expect(await decodeRequest(query)).toEqual(request('local'));
      if (query.startsWith('z=')) {
        compressed++;
        expect(query.length).toBeLessThan(encodeURIComponent(JSON.stringify(request('local'))).length);
      }
    }
  }
  expect(compressed).toBeGreaterThan(3);
});

test('texts of all scripts come back', async () => {
  const request = { input: ['مرحبا بالعالم', '近距離場', '🛰️ & = ? # %'.repeat(40)] };
  expect(await decodeRequest(await encodeRequest(request))).toEqual(request);
});

test('an address without a request has none', async () => {
  expect(await decodeRequest('')).toBeUndefined();
  expect(await decodeRequest('other=1')).toBeUndefined();
});

test.each(['json=%5B1%5D', 'json={', 'z=!!', 'z=AAAA', 'json=null'])(
  'what is no request is refused: %s',
  async (query) => {
    await expect(decodeRequest(query)).rejects.toThrow();
  },
);

test('a link that unpacks to too much is refused before it is unpacked', async () => {
  const bomb = deflateRawSync(Buffer.alloc(5_000_000, 32)).toString('base64url');
  await expect(decodeRequest(`z=${bomb}`)).rejects.toThrow(/too large/u);
});

test('no link has the key, or a secret of another service', () => {
  const request = {
    input: ['my "key" is jina_"x"'],
    setCookie: 'session=1',
    customHeader: { Authorization: 'y' },
  };
  expect(withoutSecrets(request, 'jina_"x"')).toEqual({ input: ['my "key" is …'] });
  expect(withoutSecrets({ input: 'a' }, '')).toEqual({ input: 'a' });
});
