/**
 * Trains a query table for a model: rows whose sums come nearest to what the model makes of texts. Ridge regression of
 * the vectors on idf-weighted counts of tokens, around half of each token's own vector, solved by conjugate gradients
 * (Hestenes and Stiefel 1952) for all dimensions at once.
 */
import { embed, type SearchFoundation } from '@nearfield/spec';
import { invalid } from '../errors.ts';
import { taskOf } from '../meaning/query-model.ts';
import type { QueryTable } from '../meaning/safetensors.ts';
import { wordPieces } from '../meaning/word-piece.ts';

/** Options of the training of a query table. */
export interface TrainOptions {
  readonly foundation: Pick<SearchFoundation, 'embeddings'>;
  /** The model that embeds the passages of the indexes that the table is for. */
  readonly model: string;
  /** Tokens as BERT's uncased WordPiece writes them. */
  readonly vocabulary: readonly string[];
  /** Short texts such as people search for: queries, titles, windows of 6 to 20 words. The more, the better: 100,000. */
  readonly texts: readonly string[];
  /** The table's own name. */
  readonly name: string;
  /** Steps of the regression. @default 25 */
  readonly steps?: number;
  /** How much rows are held to where they start. @default 1 */
  readonly ridge?: number;
  /** Hears how many texts and tokens are embedded, then the regression's steps. */
  readonly onProgress?: (progress: {
    readonly stage: 'embed' | 'fit';
    readonly done: number;
    readonly of: number;
  }) => void;
  readonly signal?: AbortSignal;
}

const BATCH = 256;
/** Share of a token's own vector that its row starts from. */
const START = 0.5;
/** Added to the idf: even a token that is everywhere says something. */
const LEAST_IDF = 0.3;

/** @throws FoundationError INPUT_VALIDATION_FAILED without texts that have tokens; what the foundation throws. */
export async function trainQueryTable(options: TrainOptions): Promise<QueryTable> {
  const { vocabulary, name, model, steps = 25, ridge = 1, onProgress, signal } = options;
  const counts = countTokens(options.texts, vocabulary);
  if (counts.texts.length === 0) throw invalid('texts', 'No text has a token of the vocabulary.');
  const isWord = (token: string): boolean => !/^\[.+\]$/.test(token);
  const words = vocabulary.flatMap((token, row) => (isWord(token) ? [row] : []));
  const all = [...counts.texts, ...words.map((row) => vocabulary[row]!.replace(/^##/, ''))];
  const vectors = await embedded(options, all);
  const dimensions = vectors.length / all.length;
  const targets = vectors.subarray(0, counts.texts.length * dimensions);
  const rows = new Float32Array(vocabulary.length * dimensions);
  for (const [index, row] of words.entries()) {
    const at = (counts.texts.length + index) * dimensions;
    for (let each = 0; each < dimensions; each++) rows[row * dimensions + each] = START * vectors[at + each]!;
  }
  const fit = new Regression(counts, targets, dimensions, ridge);
  fit.solve(rows, steps, (done) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'fit', done, of: steps });
  });
  // A query's vector is a sum over tokens as they come: their idf is part of the row.
  for (const [row, idf] of counts.idf.entries()) {
    for (let each = 0; each < dimensions; each++) rows[row * dimensions + each]! *= idf;
  }
  return { name, model, dimensions, vocabulary, ...quantized(rows, dimensions) };
}

interface TokenCounts {
  /** Texts with at least one token. */
  readonly texts: readonly string[];
  /** For each text its tokens, each once, and their weights: idf × count, of length 1. */
  readonly tokens: readonly Uint32Array[];
  readonly weights: readonly Float32Array[];
  readonly idf: Float32Array;
}

function countTokens(texts: readonly string[], vocabulary: readonly string[]): TokenCounts {
  const rowOf = new Map(vocabulary.map((token, row) => [token, row]));
  const frequency = new Uint32Array(vocabulary.length);
  const counted: { text: string; counts: Map<number, number> }[] = [];
  for (const text of texts) {
    const counts = new Map<number, number>();
    for (const token of wordPieces(text, (each) => rowOf.has(each))) {
      const row = rowOf.get(token)!;
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    if (counts.size === 0) continue;
    for (const row of counts.keys()) frequency[row]!++;
    counted.push({ text, counts });
  }
  const idf = Float32Array.from(frequency, (df) => Math.log((counted.length + 1) / (df + 1)) + LEAST_IDF);
  const weights = counted.map(({ counts }) => {
    const own = Float32Array.from(counts, ([row, count]) => idf[row]! * count);
    const length = Math.hypot(...own);
    return own.map((weight) => weight / length);
  });
  return {
    texts: counted.map(({ text }) => text),
    tokens: counted.map(({ counts }) => Uint32Array.from(counts.keys())),
    weights,
    idf,
  };
}

async function embedded(
  { foundation, model, onProgress, signal }: TrainOptions,
  texts: readonly string[],
): Promise<Float32Array> {
  let vectors = new Float32Array(0);
  for (let at = 0; at < texts.length; at += BATCH) {
    const options = { truncate: true, ...taskOf(model, 'query'), ...(signal && { signal }) };
    const found = await embed(foundation, model, texts.slice(at, at + BATCH), options);
    const dimensions = found[0]!.length;
    if (at === 0) vectors = new Float32Array(texts.length * dimensions);
    for (const [index, vector] of found.entries()) vectors.set(vector, (at + index) * dimensions);
    onProgress?.({ stage: 'embed', done: Math.min(at + BATCH, texts.length), of: texts.length });
  }
  return vectors;
}

/** Least squares over sparse counts, text by text: nothing as large as texts × dimensions is made. */
class Regression {
  readonly #counts: TokenCounts;
  readonly #targets: Float32Array;
  readonly #dimensions: number;
  readonly #ridge: number;

  constructor(counts: TokenCounts, targets: Float32Array, dimensions: number, ridge: number) {
    this.#counts = counts;
    this.#targets = targets;
    this.#dimensions = dimensions;
    this.#ridge = ridge;
  }

  /** Moves rows to where their sums are nearest to the targets. */
  solve(rows: Float32Array, steps: number, onStep: (done: number) => void): void {
    const dimensions = this.#dimensions;
    // What the rows do not say yet: Xᵀ(Y − X·rows).
    const residual = this.#transposed(rows, -1, this.#targets);
    const direction = residual.slice();
    let squares = this.#squares(residual, residual);
    for (let step = 1; step <= steps; step++) {
      const moved = this.#transposed(direction, 1);
      for (let at = 0; at < moved.length; at++) moved[at]! += this.#ridge * direction[at]!;
      const along = this.#squares(direction, moved);
      const next = new Float64Array(dimensions);
      for (let at = 0; at < rows.length; at++) {
        const each = at % dimensions;
        const length = squares[each]! / Math.max(along[each]!, 1e-20);
        rows[at]! += length * direction[at]!;
        residual[at]! -= length * moved[at]!;
        next[each]! += residual[at]! ** 2;
      }
      for (let at = 0; at < direction.length; at++) {
        const each = at % dimensions;
        direction[at] = residual[at]! + (next[each]! / Math.max(squares[each]!, 1e-20)) * direction[at]!;
      }
      squares = next;
      onStep(step);
    }
  }

  /** Xᵀ(target + sign · X·values), where no target is 0. */
  #transposed(values: Float32Array, sign: number, targets?: Float32Array): Float32Array {
    const dimensions = this.#dimensions;
    const result = new Float32Array(values.length);
    const sum = new Float32Array(dimensions);
    const { tokens, weights } = this.#counts;
    for (const [text, rows] of tokens.entries()) {
      const own = weights[text]!;
      if (targets === undefined) sum.fill(0);
      else sum.set(targets.subarray(text * dimensions, (text + 1) * dimensions));
      for (const [index, row] of rows.entries()) {
        const weight = sign * own[index]!;
        const at = row * dimensions;
        for (let each = 0; each < dimensions; each++) sum[each]! += weight * values[at + each]!;
      }
      for (const [index, row] of rows.entries()) {
        const weight = own[index]!;
        const at = row * dimensions;
        for (let each = 0; each < dimensions; each++) result[at + each]! += weight * sum[each]!;
      }
    }
    return result;
  }

  /** Sums of products, for each dimension. */
  #squares(left: Float32Array, right: Float32Array): Float64Array {
    const sums = new Float64Array(this.#dimensions);
    for (let at = 0; at < left.length; at++) sums[at % this.#dimensions]! += left[at]! * right[at]!;
    return sums;
  }
}

function quantized(rows: Float32Array, dimensions: number): Pick<QueryTable, 'quantized' | 'scale'> {
  const count = rows.length / dimensions;
  const values = new Int8Array(rows.length);
  const scale = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    let greatest = 0;
    const end = (row + 1) * dimensions;
    for (let at = row * dimensions; at < end; at++) greatest = Math.max(greatest, Math.abs(rows[at]!));
    scale[row] = greatest / 127;
    for (let at = row * dimensions; at < end; at++) values[at] = Math.round(rows[at]! / (scale[row]! || 1));
  }
  return { quantized: values, scale };
}
