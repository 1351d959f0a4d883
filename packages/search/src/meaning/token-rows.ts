/**
 * Rows of a query table as an index holds them: for each token the passages whose vectors it agrees with most, and how
 * much. A query's scores are the sum of its tokens' rows: what the dot product with the query's vector would be, for the
 * passages that can win.
 */
import { damaged } from '../errors.ts';
import { checksum } from '../format/sha256.ts';
import type { QueryTable } from './safetensors.ts';
import { signSums, writeSignScores } from './vectors.ts';

const CHECKSUM = 4;
const SCALE = 4;
const DEVIATION = 4;
const HEAD = CHECKSUM + SCALE + DEVIATION;
/** Scores are sorted into so many bins to find the best. */
const BINS = 1024;
/** Passages that are compared exactly for each that a row has: signs alone would miss some. */
const CANDIDATES = 2;

/** Common properties of the rows of one index. */
export interface RowShape {
  /** Passages of a row. */
  readonly top: number;
  /** Passages of the index: two bytes name one of 65,536, else three do. */
  readonly passages: number;
}

const idBytes = ({ passages }: RowShape): number => (passages <= 65_536 ? 2 : 3);

/** Bytes of one row. */
export const rowBytes = (shape: RowShape): number => HEAD + shape.top * (idBytes(shape) + 1);

/** Vectors of an index's passages. */
export interface PassageVectors {
  /** passages × dimensions. */
  readonly vectors: Float32Array;
  /** Their signs. */
  readonly bits: Uint8Array;
}

/** Makes rows of a table's tokens for an index's passages. */
export class RowWriter {
  readonly #table: QueryTable;
  readonly #shape: RowShape;
  readonly #passages: PassageVectors;
  readonly #signed: Float32Array;
  readonly #exact: Float32Array;
  readonly #bins = new Uint32Array(BINS);
  readonly #means: Float32Array;

  constructor(table: QueryTable, shape: RowShape, passages: PassageVectors) {
    const { dimensions } = table;
    this.#table = table;
    this.#shape = shape;
    this.#passages = passages;
    this.#signed = new Float32Array(shape.passages);
    this.#exact = new Float32Array(shape.passages);
    this.#means = new Float32Array(dimensions);
    const { vectors } = passages;
    for (let at = 0; at < vectors.length; at++)
      this.#means[at % dimensions]! += vectors[at]! / shape.passages;
  }

  /**
   * Writes a row: checksum (which knows the token), scale, standard deviation over all passages, passages in order of
   * their numbers, scores above the mean.
   */
  write(row: number): Uint8Array<ArrayBuffer> {
    const { dimensions, quantized, scale, vocabulary } = this.#table;
    const vector = new Float32Array(dimensions);
    for (let at = 0; at < dimensions; at++) vector[at] = quantized[row * dimensions + at]! * scale[row]!;
    const mean = dotAt(vector, this.#means, 0);
    writeSignScores(signSums(vector), this.#passages.bits, this.#signed);
    const candidates = this.#best(this.#shape.top * CANDIDATES);
    const exact = this.#exact;
    let [squares, signedSquares] = [0, 0];
    const signedMean = meanOf(this.#signed);
    for (const passage of candidates) {
      exact[passage] = dotAt(vector, this.#passages.vectors, passage * dimensions) - mean;
      squares += exact[passage]! ** 2;
      signedSquares += (this.#signed[passage]! - signedMean) ** 2;
    }
    let all = 0;
    for (const score of this.#signed) all += (score - signedMean) ** 2;
    // Signs spread like the vectors do, up to a factor that the candidates know.
    const deviation = Math.sqrt((all / this.#signed.length) * (squares / signedSquares || 1));
    const passages = candidates
      .sort((left, right) => exact[right]! - exact[left]! || left - right)
      .slice(0, this.#shape.top)
      .sort((left, right) => left - right);
    const step = Math.max(...passages.map((passage) => exact[passage]!)) / 255;
    const bytes = new Uint8Array(rowBytes(this.#shape));
    const view = new DataView(bytes.buffer);
    view.setFloat32(CHECKSUM, step, true);
    view.setFloat32(CHECKSUM + SCALE, deviation, true);
    const ids = idBytes(this.#shape);
    let at = HEAD;
    for (const passage of passages) {
      view.setUint16(at, passage & 65_535, true);
      if (ids === 3) bytes[at + 2] = passage >> 16;
      at += ids;
    }
    for (const passage of passages) bytes[at++] = Math.max(0, Math.round(exact[passage]! / (step || 1)));
    view.setUint32(0, checksum(bytes.subarray(CHECKSUM), seedOf(vocabulary[row]!)), true);
    return bytes;
  }

  /** The best passages by signs, and those of their last bin: by bins, as sorting all would take ten times as long. */
  #best(count: number): number[] {
    const scores = this.#signed;
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const score of scores) {
      if (score < least) least = score;
      if (score > greatest) greatest = score;
    }
    const bins = this.#bins.fill(0);
    const scale = (BINS - 1) / (greatest - least || 1);
    for (const score of scores) bins[Math.floor((score - least) * scale)]!++;
    let cut = BINS - 1;
    for (let above = 0; cut > 0; cut--) {
      above += bins[cut]!;
      if (above >= count) break;
    }
    const best: number[] = [];
    for (let passage = 0; passage < scores.length; passage++) {
      if (Math.floor((scores[passage]! - least) * scale) >= cut) best.push(passage);
    }
    return best;
  }
}

const meanOf = (values: Float32Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

/** Four sums at once: one would wait for each addition before the next. */
function dotAt(vector: Float32Array, others: Float32Array, start: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const { length } = vector;
  const even = length - (length % 4);
  for (let at = 0; at < even; at += 4) {
    const other = start + at;
    first += vector[at]! * others[other]!;
    second += vector[at + 1]! * others[other + 1]!;
    third += vector[at + 2]! * others[other + 2]!;
    fourth += vector[at + 3]! * others[other + 3]!;
  }
  for (let at = even; at < length; at++) first += vector[at]! * others[start + at]!;
  return first + second + third + fourth;
}

/** Adds a checked row's scores to those of all passages, and gives its standard deviation over all of them. */
export function addRow(scores: Float32Array, bytes: Uint8Array, shape: RowShape): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ids = idBytes(shape);
  const step = view.getFloat32(CHECKSUM, true);
  const first = HEAD;
  for (let index = 0; index < shape.top; index++) {
    const at = first + index * ids;
    const passage = view.getUint16(at, true) + (ids === 3 ? bytes[at + 2]! << 16 : 0);
    scores[passage]! += bytes[first + shape.top * ids + index]! * step;
  }
  return view.getFloat32(CHECKSUM + SCALE, true);
}

/** Makes sure that a row is the token's: INTEGRITY_MISMATCH if it is not. */
export function checkRow(bytes: Uint8Array, shape: RowShape, token: string, file: string): void {
  if (bytes.length !== rowBytes(shape)) throw damaged(file, `the row of "${token}" ends early`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== checksum(bytes.subarray(CHECKSUM), seedOf(token))) {
    throw damaged(file, `the row of "${token}" is damaged`);
  }
}

const seedOf = (token: string): number => checksum(new TextEncoder().encode(token), 0);
