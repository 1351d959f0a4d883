/** Boosted decision trees as bytes: small to send, quick to ask. */

/** A forest as training/fit.py writes it. */
export interface PackedTrees {
  /** Sum that every block begins with. */
  base: number;
  /** What a step of a leaf is worth. */
  scale: number;
  /** For each feature that is asked about, its number and the values that it is compared with. */
  cuts: readonly (readonly [feature: number, ...values: number[]])[];
  /**
   * Base64 of the trees, each in the order of its nodes from the left: a branch is the place of its feature in `cuts`
   * and the place of its value there; a leaf is 255 and two bytes, its steps with the low byte first.
   */
  nodes: string;
}

const LEAF = 255;

/** Trees that can be asked. */
export class Trees {
  readonly #base: number;
  /** For each node the feature; −1 in leaves. */
  readonly #features: Int16Array;
  /** For each node the value below which it goes left; in leaves what they add. */
  readonly #values: Float32Array;
  /** For each node the one on its right; the left one follows it. */
  readonly #rights: Int32Array;
  readonly #roots: number[] = [];

  constructor({ base, scale, cuts, nodes }: PackedTrees) {
    const bytes = Uint8Array.from(atob(nodes), (character) => character.charCodeAt(0));
    // A node has at least two bytes.
    const capacity = bytes.length >> 1;
    this.#base = base;
    this.#features = new Int16Array(capacity);
    this.#values = new Float32Array(capacity);
    this.#rights = new Int32Array(capacity);
    let at = 0;
    let count = 0;
    const read = (): void => {
      const node = count;
      count += 1;
      const first = bytes[at]!;
      const second = bytes[at + 1]!;
      if (first === LEAF) {
        const steps = ((second | (bytes[at + 2]! << 8)) << 16) >> 16;
        at += 3;
        this.#features[node] = -1;
        this.#values[node] = steps * scale;
        return;
      }
      at += 2;
      const [feature, ...values] = cuts[first]!;
      this.#features[node] = feature;
      this.#values[node] = values[second]!;
      read();
      this.#rights[node] = count;
      read();
    };
    while (at < bytes.length) {
      this.#roots.push(count);
      read();
    }
  }

  /** The probability that they give to a row of features. */
  probability(row: Float32Array): number {
    const features = this.#features;
    const values = this.#values;
    const rights = this.#rights;
    let sum = this.#base;
    for (const root of this.#roots) {
      let node = root;
      for (let feature = features[node]!; feature >= 0; feature = features[node]!) {
        node = row[feature]! < values[node]! ? node + 1 : rights[node]!;
      }
      sum += values[node]!;
    }
    return 1 / (1 + Math.exp(-sum));
  }
}
