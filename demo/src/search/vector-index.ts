/** One hit of a search: the position of a vector and its dot product with the query. */
export interface Hit {
  index: number;
  score: number;
}

/**
 * Vectors side by side in one Float32Array, searched by comparing the query with every one of them. For vectors
 * of length 1 the dot product is the cosine.
 */
export class VectorIndex {
  readonly dimensions: number;
  #values: Float32Array;
  #count = 0;

  /**
   * @param dimensions of every vector
   * @param capacity vectors to make room for at first; it grows when needed
   */
  constructor(dimensions: number, capacity = 64) {
    if (!Number.isInteger(dimensions) || dimensions < 1) {
      throw new RangeError(`dimensions must be a whole number above 0, not ${dimensions}.`);
    }
    this.dimensions = dimensions;
    this.#values = new Float32Array(Math.max(1, capacity) * dimensions);
  }

  /** Number of vectors. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the vectors, without spare room. */
  get bytes(): number {
    return this.#count * this.dimensions * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Appends a vector; its index is the count before. Shape: [dimensions]. */
  add(vector: Float32Array): void {
    this.#check(vector);
    const start = this.#count * this.dimensions;
    if (start === this.#values.length) {
      const grown = new Float32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(vector, start);
    this.#count++;
  }

  /** The vector at an index, as a view. */
  vector(index: number): Float32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) {
      throw new RangeError(`No vector ${index}: there are ${this.#count}.`);
    }
    return this.#values.subarray(index * this.dimensions, (index + 1) * this.dimensions);
  }

  /** The `limit` vectors with the highest dot products, best first; equal ones in the order they were added. */
  search(query: Float32Array, limit: number): Hit[] {
    this.#check(query);
    const best: Hit[] = [];
    if (limit < 1) return best;
    for (let index = 0; index < this.#count; index++) {
      const score = dotAt(this.#values, index * this.dimensions, query);
      if (best.length === limit && score <= best[limit - 1]!.score) continue;
      let place = best.length;
      while (place > 0 && best[place - 1]!.score < score) place--;
      best.splice(place, 0, { index, score });
      if (best.length > limit) best.pop();
    }
    return best;
  }

  #check(vector: Float32Array): void {
    if (vector.length !== this.dimensions) {
      throw new RangeError(`This index holds vectors of ${this.dimensions} values, not ${vector.length}.`);
    }
  }
}

/**
 * Dot product of a vector with the one that starts at `offset`. Four sums, so that additions overlap: with each key that
 * is pressed all passages are compared, and `topK` of the contract takes several times as long.
 */
function dotAt(values: Float32Array, offset: number, query: Float32Array): number {
  const length = query.length;
  const whole = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < whole; index += 4) {
    a += values[offset + index]! * query[index]!;
    b += values[offset + index + 1]! * query[index + 1]!;
    c += values[offset + index + 2]! * query[index + 2]!;
    d += values[offset + index + 3]! * query[index + 3]!;
  }
  for (let index = whole; index < length; index++) a += values[offset + index]! * query[index]!;
  return a + b + c + d;
}
