/**
 * SHA-256 (FIPS 180-4) of bytes that arrive piece by piece. WebCrypto only hashes what is in memory whole, so
 * the hash of a model file larger than a chunk is kept running here, and its state at a chunk's end can be
 * stored to go on after a reload.
 */
export class Sha256 {
  #state: Int32Array;
  #length: number;
  readonly #block = new Uint8Array(64);
  #filled = 0;

  constructor(from?: Sha256State) {
    this.#state = Int32Array.from(from?.words ?? INITIAL);
    this.#length = from?.length ?? 0;
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  update(bytes: Uint8Array): this {
    let position = 0;
    this.#length += bytes.length;
    if (this.#filled > 0) {
      position = Math.min(64 - this.#filled, bytes.length);
      this.#block.set(bytes.subarray(0, position), this.#filled);
      this.#filled += position;
      if (this.#filled < 64) return this;
      compress(this.#state, this.#block, 0, 64);
      this.#filled = 0;
    }
    const whole = position + ((bytes.length - position) & ~63);
    if (whole > position) compress(this.#state, bytes, position, whole);
    this.#filled = bytes.length - whole;
    if (this.#filled > 0) this.#block.set(bytes.subarray(whole));
    return this;
  }

  /** The state to continue from. Only at a multiple of 64 bytes, where no bytes are left over. */
  save(): Sha256State {
    if (this.#filled > 0) throw new RangeError('A hash can only be saved at a multiple of 64 bytes.');
    return { words: Array.from(this.#state), length: this.#length };
  }

  /** Lower-case hex. The hash cannot be updated afterwards. */
  digest(): string {
    const block = this.#block;
    const bits = this.#length * 8;
    block[this.#filled++] = 0x80;
    if (this.#filled > 56) {
      block.fill(0, this.#filled);
      compress(this.#state, block, 0, 64);
      this.#filled = 0;
    }
    block.fill(0, this.#filled, 56);
    const view = new DataView(block.buffer);
    view.setUint32(56, Math.floor(bits / 2 ** 32));
    view.setUint32(60, bits >>> 0);
    compress(this.#state, block, 0, 64);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** A running hash as plain data. */
export interface Sha256State {
  /** The eight words of FIPS 180-4's H. */
  words: number[];
  /** Bytes hashed so far. */
  length: number;
}

/** The first 32 bits of the fractional part of `root`, computed exactly enough from a double. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

// FIPS 180-4, 4.2.2 and 5.3.3: fractional bits of cube roots and square roots of the first primes.
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0;
const ROUND = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
const INITIAL = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
const schedule = new Int32Array(64);

/** FIPS 180-4, 6.2.2, for each 64-byte block of `bytes[start, end)`. */
function compress(state: Int32Array, bytes: Uint8Array, start: number, end: number): void {
  const words = schedule;
  let h0 = state[0]!;
  let h1 = state[1]!;
  let h2 = state[2]!;
  let h3 = state[3]!;
  let h4 = state[4]!;
  let h5 = state[5]!;
  let h6 = state[6]!;
  let h7 = state[7]!;
  for (let at = start; at < end; at += 64) {
    for (let index = 0, byte = at; index < 16; index++, byte += 4) {
      words[index] =
        (bytes[byte]! << 24) | (bytes[byte + 1]! << 16) | (bytes[byte + 2]! << 8) | bytes[byte + 3]!;
    }
    for (let index = 16; index < 64; index++) {
      const early = words[index - 15]!;
      const late = words[index - 2]!;
      const sigma0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const sigma1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      words[index] = (words[index - 16]! + sigma0 + words[index - 7]! + sigma1) | 0;
    }
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    let f = h5;
    let g = h6;
    let h = h7;
    for (let index = 0; index < 64; index++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const choice = (e & f) ^ (~e & g);
      const first = (h + sum1 + choice + ROUND[index]! + words[index]!) | 0;
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + sum0 + majority) | 0;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
    h5 = (h5 + f) | 0;
    h6 = (h6 + g) | 0;
    h7 = (h7 + h) | 0;
  }
  state[0] = h0;
  state[1] = h1;
  state[2] = h2;
  state[3] = h3;
  state[4] = h4;
  state[5] = h5;
  state[6] = h6;
  state[7] = h7;
}
