import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gitBlobSha1, sha256 } from './digest.ts';
import { Sha256 } from './sha256.ts';

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe('Sha256', () => {
  // Examples of NIST for FIPS 180-4 (SHA256.pdf) and the message digests of its test vectors.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    [
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('NIST example %#', (message, expected) => {
    expect(new Sha256().update(encode(message)).digest()).toBe(expected);
  });

  test('equals the platform for every length around a block and any way of cutting', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(300), { maxLength: 5 }),
        (bytes, cuts) => {
          const hash = new Sha256();
          const points = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          for (const [index, start] of points.slice(0, -1).entries())
            hash.update(bytes.subarray(start, points[index + 1]));
          expect(hash.length).toBe(bytes.length);
          expect(hash.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('goes on from a saved state', () => {
    const bytes = encode('the quick brown fox '.repeat(40));
    const saved = JSON.parse(JSON.stringify(new Sha256().update(bytes.subarray(0, 640)).save()));
    expect(new Sha256(saved).update(bytes.subarray(640)).digest()).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    );
    expect(() => new Sha256().update(bytes.subarray(0, 65)).save()).toThrow(RangeError);
  });

  test('keeps the length exact beyond 2^29 bytes, where the bit count leaves 32 bits', () => {
    const length = 2 ** 29 + 64;
    const words = [1, 2, 3, 4, 5, 6, 7, 8];
    const near = new Sha256({ words, length }).digest();
    const far = new Sha256({ words, length: length + 2 ** 29 }).digest();
    expect(near).not.toBe(far);
  });
});

describe('digests of bytes in memory', () => {
  test('equal the platform', async () => {
    const bytes = encode('hello');
    expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    // `printf hello | git hash-object --stdin`
    expect(await gitBlobSha1(bytes)).toBe('b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0');
  });
});
