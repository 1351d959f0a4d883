import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gitBlobSha1, sha256 } from './digest.ts';
import { sha1 } from './sha1.ts';

afterEach(() => vi.unstubAllGlobals());

const bytesOf = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 0xff);

describe('sha1', () => {
  it('equals the platform’s at every length around its blocks', () => {
    for (const length of [...Array(200).keys(), 4096, 100_003]) {
      const bytes = bytesOf(length);
      expect(sha1(bytes), `${length} bytes`).toBe(createHash('sha1').update(bytes).digest('hex'));
    }
  });
});

it('hashes alike in a page that has no WebCrypto', async () => {
  const bytes = bytesOf(70_000);
  const [blob, sum] = [await gitBlobSha1(bytes), await sha256(bytes)];
  vi.stubGlobal('crypto', {});
  expect(await gitBlobSha1(bytes)).toBe(blob);
  expect(await sha256(bytes)).toBe(sum);
});
