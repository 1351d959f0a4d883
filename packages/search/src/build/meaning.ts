import { embed, findModel, type SearchFoundation } from '@nearfield/spec';
import { textToEmbed } from '../documents/fields.ts';
import type { Passage, SourceDocument } from '../documents/types.ts';
import { invalid } from '../errors.ts';
import { ByteWriter } from '../format/bytes.ts';
import type { Manifest } from '../format/manifest.ts';
import { sha256 } from '../format/sha256.ts';
import { GOLDENS } from '../meaning/goldens.ts';
import { taskOf } from '../meaning/query-model.ts';
import type { QueryTable } from '../meaning/safetensors.ts';
import { NO_TOKENS, orderTokens, type TokenOrder, tokensInOrder } from '../meaning/token-order.ts';
import { type PassageVectors, type RowShape, RowWriter, rowBytes } from '../meaning/token-rows.ts';
import { signs, writeVectorRow } from '../meaning/vectors.ts';
import { wordPieces } from '../meaning/word-piece.ts';
import type { IndexWriter } from './index-writer.ts';

/** Source of the passages' vectors. */
export interface MeaningSource {
  readonly foundation: Pick<SearchFoundation, 'embeddings'>;
  /** The foundation's model for passages. */
  readonly model: string;
  /** A table of queries in the model's space: the visitor then needs no model. */
  readonly table?: QueryTable;
  /** Vectors by SHA-256 of model and text: what is in it is not embedded again. */
  readonly cache?: VectorStore;
}

/** A `Map` will do; `VectorCache` of `@nearfield/search/node` keeps vectors in a file. */
export interface VectorStore {
  /** The vector that was kept under a key; undefined where none was. */
  get(key: string): Float32Array | undefined;
  /** Keeps a vector. */
  set(key: string, vector: Float32Array): unknown;
  /** Rows of a query table that were made for the very same passages, by a sum over both. */
  readonly rows?: {
    get(key: string): Uint8Array<ArrayBuffer> | undefined;
    set(key: string, rows: Uint8Array<ArrayBuffer>): unknown;
  };
}

/** Hears how many of the passages that have to be embedded are. */
export type EmbeddingProgress = (progress: { readonly embedded: number; readonly of: number }) => void;

/** Passages that a row of the table has at most. */
const TOP = 128;
const BATCH = 64;
/** A cosine below which two vectors of one text are not from one model. */
const SAME_MODEL = 0.999;

export interface Meaning {
  readonly manifest: NonNullable<Manifest['meaning']>;
  /** Tokens of the table in the order of its rows. */
  readonly tokens: TokenOrder;
}

export async function meaningOf(
  source: MeaningSource,
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  words: ReadonlySet<string>,
  writer: IndexWriter,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: EmbeddingProgress | undefined },
): Promise<Meaning> {
  const { table } = source;
  const model = findModel(source.model)?.id ?? source.model;
  if (table !== undefined && (findModel(table.model)?.id ?? table.model) !== model) {
    throw invalid(
      'meaning.table',
      `The table ${table.name} imitates ${table.model}, but the passages are embedded by ${model}. Use one of the two for both.`,
    );
  }
  const texts = passages.map((passage) => textToEmbed(documents[passage.document]!, passage));
  // A passage of code may have more tokens than the model reads; its beginning stands for it.
  const options = { truncate: true, ...taskOf(source.model, 'passage'), ...(signal && { signal }) };
  const goldens = await embed(source.foundation, source.model, GOLDENS, options);
  const dimensions = goldens[0]!.length;
  if (table !== undefined && table.dimensions !== dimensions) {
    throw invalid(
      'meaning.table',
      `The table has ${table.dimensions} dimensions, ${model} has ${dimensions}.`,
    );
  }
  const vectors = await vectorsOf(source, model, texts, goldens[0]!, options, onProgress);
  const bits = new ByteWriter();
  const rows = new ByteWriter();
  for (const [passage, vector] of vectors.entries()) {
    if (vector.length !== dimensions || !vector.every(Number.isFinite)) {
      throw invalid(
        'meaning',
        `The vector of passage ${passage} has not ${dimensions} finite numbers. Empty the cache.`,
      );
    }
    bits.bytes(signs(vector));
    rows.bytes(writeVectorRow(vector, passage));
  }
  const allBits = bits.finish();
  const flat = new Float32Array(passages.length * dimensions);
  for (const [passage, vector] of vectors.entries()) flat.set(vector, passage * dimensions);
  const tokens =
    table === undefined ? NO_TOKENS : orderTokens(likeliest(table, texts), (token) => words.has(token));
  return {
    tokens,
    manifest: {
      model,
      dimensions,
      goldens: goldens.map((vector, index) => ({ text: GOLDENS[index]!, first8: [...vector.slice(0, 8)] })),
      bits: await writer.add('bits', allBits),
      vectors: await writer.add('vectors', rows.finish()),
      ...(table === undefined
        ? {}
        : {
            table: await tableOf(
              table,
              tokensInOrder(tokens),
              { vectors: flat, bits: allBits },
              source.cache,
              writer,
            ),
          }),
    },
  };
}

/** Vectors of texts, from the cache as far as it has them of this very model. */
async function vectorsOf(
  { foundation, model: name, cache }: MeaningSource,
  model: string,
  texts: readonly string[],
  golden: Float32Array,
  options: Parameters<typeof embed>[3],
  onProgress: EmbeddingProgress | undefined,
): Promise<Float32Array[]> {
  const encoder = new TextEncoder();
  const keyOf = (text: string): Promise<string> => sha256(encoder.encode(`${model}\n${text}`));
  // A model of this name that makes other numbers, of another precision or newer, is another.
  const goldenKey = await keyOf(`golden\n${GOLDENS[0]}`);
  const before = cache?.get(goldenKey);
  const isSame = before !== undefined && dotOf(before, golden) >= SAME_MODEL;
  if (!isSame) cache?.set(goldenKey, golden);
  const keys = await Promise.all(texts.map(keyOf));
  const vectors = keys.map((key) => (isSame ? cache?.get(key) : undefined));
  // Texts of one length come together: none waits in a batch for a longer one.
  const missing = vectors
    .flatMap((vector, index) => (vector === undefined ? [index] : []))
    .sort((left, right) => texts[left]!.length - texts[right]!.length);
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    const found = await embed(
      foundation,
      name,
      batch.map((index) => texts[index]!),
      options,
    );
    for (const [order, index] of batch.entries()) {
      vectors[index] = found[order]!;
      cache?.set(keys[index]!, found[order]!);
    }
    onProgress?.({ embedded: Math.min(at + BATCH, missing.length), of: missing.length });
  }
  return vectors as Float32Array[];
}

const dotOf = (left: Float32Array, right: Float32Array): number =>
  left.length === right.length ? left.reduce((sum, value, at) => sum + value * right[at]!, 0) : 0;

/** Tokens of this site first, then those that are frequent everywhere (the vocabulary's order). */
function likeliest(table: QueryTable, texts: readonly string[]): string[] {
  const known = new Set(table.vocabulary);
  const uses = new Map<string, number>();
  for (const text of texts) {
    for (const token of new Set(wordPieces(text, (each) => known.has(each)))) {
      uses.set(token, (uses.get(token) ?? 0) + 1);
    }
  }
  return (
    table.vocabulary
      // `[CLS]` and `[unused7]` are no words of a query.
      .filter((token) => !/^\[.+\]$/.test(token))
      .sort((left, right) => (uses.get(right) ?? 0) - (uses.get(left) ?? 0))
  );
}

async function tableOf(
  table: QueryTable,
  tokens: readonly string[],
  passages: PassageVectors,
  cache: VectorStore | undefined,
  writer: IndexWriter,
): Promise<NonNullable<NonNullable<Manifest['meaning']>['table']>> {
  const count = passages.vectors.length / table.dimensions;
  const shape: RowShape = { top: Math.min(TOP, count), passages: count };
  const key = await sumOf([
    new TextEncoder().encode(JSON.stringify([shape, tokens])),
    bytesOf(table.quantized),
    bytesOf(table.scale),
    bytesOf(passages.vectors),
  ]);
  const before = cache?.rows?.get(key);
  const all =
    before?.length === rowBytes(shape) * tokens.length ? before : rowsOf(table, tokens, shape, passages);
  if (all !== before) cache?.rows?.set(key, all);
  return { name: table.name, top: shape.top, rows: await writer.add('rows', all) };
}

function rowsOf(
  table: QueryTable,
  tokens: readonly string[],
  shape: RowShape,
  passages: PassageVectors,
): Uint8Array<ArrayBuffer> {
  const rowOf = new Map(table.vocabulary.map((token, row) => [token, row]));
  const rows = new RowWriter(table, shape, passages);
  const width = rowBytes(shape);
  const all = new Uint8Array(tokens.length * width);
  for (const [index, token] of tokens.entries()) all.set(rows.write(rowOf.get(token)!), index * width);
  return all;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** One sum over several lists of bytes. */
async function sumOf(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const sums = await Promise.all(parts.map(sha256));
  return sha256(new TextEncoder().encode(sums.join('\n')));
}
