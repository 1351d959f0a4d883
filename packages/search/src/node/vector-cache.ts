/** Vectors of passages on disk, so that a build embeds only what changed. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Bytes at which the next build keeps only what it used. */
const MOST_BYTES = 512 * 2 ** 20;
const KEY = 32;
const COUNT = 4;
const SUM = 4;

/**
 * A map of vectors in one file that grows: each record is the key's 32 bytes, the vector's length, its float32 numbers
 * and four bytes of their SHA-256. What is set is written at once, so that a build that was interrupted goes on where
 * it stopped; a record that was cut or damaged ends the file, and what came before it stays.
 */
export class VectorCache {
  readonly #path: string;
  readonly #vectors = new Map<string, Float32Array>();
  readonly #used = new Set<string>();

  /** @param path the file; it and its folder are made when the first vector is set. */
  constructor(path: string) {
    this.#path = path;
    const { bytes, whole } = this.#read();
    if (whole < bytes) this.#rewrite([...this.#vectors.keys()]);
  }

  get size(): number {
    return this.#vectors.size;
  }

  /** @param key 64 hex digits. */
  get(key: string): Float32Array | undefined {
    this.#used.add(key);
    return this.#vectors.get(key);
  }

  /** @param key 64 hex digits. */
  set(key: string, vector: Float32Array): this {
    this.#used.add(key);
    this.#vectors.set(key, vector);
    mkdirSync(dirname(this.#path), { recursive: true });
    appendFileSync(this.#path, record(key, vector));
    return this;
  }

  /** Rows of the last build's query table, in a file beside the vectors. */
  readonly rows = {
    get: (key: string): Uint8Array<ArrayBuffer> | undefined => {
      try {
        const file = readFileSync(`${this.#path}.rows`);
        const rows = file.subarray(KEY + SUM);
        if (file.subarray(0, KEY).toString('hex') !== key) return undefined;
        return file.subarray(KEY, KEY + SUM).equals(sumOf(rows)) ? new Uint8Array(rows) : undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    set: (key: string, rows: Uint8Array<ArrayBuffer>): void => {
      mkdirSync(dirname(this.#path), { recursive: true });
      const next = `${this.#path}.rows.${process.pid}.tmp`;
      writeFileSync(next, Buffer.concat([Buffer.from(key, 'hex'), sumOf(rows), rows]));
      renameSync(next, `${this.#path}.rows`);
    },
  };

  /** Drops what this build did not use if the file has become large. */
  close(): void {
    const bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > MOST_BYTES) this.#rewrite([...this.#vectors.keys()].filter((key) => this.#used.has(key)));
  }

  #read(): { bytes: number; whole: number } {
    let file: Buffer;
    try {
      file = readFileSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: 0, whole: 0 };
      throw error;
    }
    let at = 0;
    while (at + KEY + COUNT + SUM <= file.length) {
      const count = file.readUInt32LE(at + KEY);
      const end = at + KEY + COUNT + count * 4;
      if (end + SUM > file.length || !file.subarray(end, end + SUM).equals(sumOf(file.subarray(at, end))))
        break;
      const vector = new Float32Array(count);
      for (let index = 0; index < count; index++)
        vector[index] = file.readFloatLE(at + KEY + COUNT + index * 4);
      this.#vectors.set(file.subarray(at, at + KEY).toString('hex'), vector);
      at = end + SUM;
    }
    return { bytes: file.length, whole: at };
  }

  #rewrite(keys: readonly string[]): void {
    const next = `${this.#path}.${process.pid}.tmp`;
    try {
      writeFileSync(next, Buffer.concat(keys.map((key) => record(key, this.#vectors.get(key)!))));
      renameSync(next, this.#path);
    } finally {
      rmSync(next, { force: true });
    }
  }
}

const sumOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest().subarray(0, SUM);

function record(key: string, vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(KEY + COUNT + vector.length * 4);
  bytes.write(key, 'hex');
  bytes.writeUInt32LE(vector.length, KEY);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, KEY + COUNT + index * 4);
  return Buffer.concat([bytes, sumOf(bytes)]);
}
