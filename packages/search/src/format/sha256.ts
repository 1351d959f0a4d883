/** SHA-256, where `crypto.subtle` is and where it is not: pages over plain HTTP have none. */

/** Digits of a file's sum that a manifest has: 128 bits tell every damage, and more would only be longer to load. */
export const SUM_DIGITS = 32;

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

const primes = ((): number[] => {
  const found: number[] = [];
  for (let candidate = 2; found.length < 64; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
})();
const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));

/** SHA-256 in plain JavaScript, as 64 hex digits. */
export function sha256Plain(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const hash = [...START];
  const schedule = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let index = 0; index < 16; index++) schedule[index] = view.getInt32(block + index * 4);
    for (let index = 16; index < 64; index++) {
      const first = schedule[index - 15]!;
      const second = schedule[index - 2]!;
      const low = rotate(first, 7) ^ rotate(first, 18) ^ (first >>> 3);
      const high = rotate(second, 17) ^ rotate(second, 19) ^ (second >>> 10);
      schedule[index] = schedule[index - 16]! + low + schedule[index - 7]! + high;
    }
    let [a, b, c, d, e, f, g, h] = hash as [number, number, number, number, number, number, number, number];
    for (let index = 0; index < 64; index++) {
      const high = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const one = (h + high + ((e & f) ^ (~e & g)) + ROUND[index]! + schedule[index]!) | 0;
      const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = (hash[index]! + value) | 0;
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** SHA-256 as 64 hex digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return sha256Plain(bytes);
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** 32 bits of FNV-1a: tells a damaged row of a file that is never read whole. Not for secrets. */
export function checksum(bytes: Uint8Array, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
