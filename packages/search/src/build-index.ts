/** Documents → the files of a static index. See docs/search-format.md. */
import { embed, findModel, type SearchFoundation } from '@nearfield/spec';
import { ENGLISH, type Language } from './analysis/analyser.ts';
import { termsOf, textToEmbed } from './documents/fields.ts';
import { passagesOf } from './documents/passages.ts';
import type { Passage, SourceDocument } from './documents/types.ts';
import { invalid } from './errors.ts';
import { ByteWriter, writeSorted } from './format/bytes.ts';
import { deflate } from './format/deflate.ts';
import { FORMAT_VERSION, type IndexFile, MANIFEST, type Manifest } from './format/manifest.ts';
import { manifestId } from './format/manifest-id.ts';
import { sha256 } from './format/sha256.ts';
import { FIELDS, type Posting, writePostings } from './keywords/postings.ts';
import { GOLDENS } from './meaning/goldens.ts';
import { taskOf } from './meaning/query-model.ts';
import type { QueryTable } from './meaning/safetensors.ts';
import { writeRow } from './meaning/table-rows.ts';
import { signs, writeVectorRow } from './meaning/vectors.ts';
import { wordPieces } from './meaning/word-piece.ts';

/** Where passages get their vectors from. */
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
  get(key: string): Float32Array | undefined;
  set(key: string, vector: Float32Array): unknown;
}

export interface BuildOptions {
  readonly documents: readonly SourceDocument[];
  /** Default: English. */
  readonly language?: Language;
  /** UTF-16 units that a passage has at most. Default 900. */
  readonly mostLetters?: number;
  /** Without it the index finds by keywords alone. */
  readonly meaning?: MeaningSource;
  /** Hears how many of the passages that have to be embedded are. */
  readonly onProgress?: (progress: { readonly embedded: number; readonly of: number }) => void;
  readonly signal?: AbortSignal;
}

/** At most this many files of a kind, however large the site: all kinds together stay under 60. */
const MOST = { terms: 12, titles: 8, texts: 16 } as const;
/** A file holds at least this much, so that small sites have few: bytes of terms, documents, passages. */
const LEAST = { terms: 32_768, titles: 512, texts: 64 } as const;
/** Rows of the first file of likely tokens; each next one has twice as many, up to the most. */
const FIRST_ROWS = 256;
const MOST_ROWS = 4096;
const BATCH = 64;

/**
 * The files of an index by name: `manifest.json` and what it lists.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for two documents with one id or a table of another model; whatever
 *   the foundation throws.
 */
export async function buildIndex(options: BuildOptions): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { documents, language = ENGLISH, mostLetters, meaning, onProgress, signal } = options;
  const ids = new Set<string>();
  for (const { id } of documents) {
    if (ids.has(id)) throw invalid('documents', `Two documents have the id "${id}". Give each its own.`);
    ids.add(id);
  }
  const passages = passagesOf(documents, mostLetters);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const add = async (kind: string, bytes: Uint8Array<ArrayBuffer>): Promise<IndexFile> => {
    const sum = await sha256(bytes);
    const name = `${kind}.${sum.slice(0, 10)}.bin`;
    files.set(name, bytes);
    return { name, bytes: bytes.length, sha256: sum };
  };
  const addPacked = async (kind: string, bytes: Uint8Array<ArrayBuffer>): Promise<IndexFile> =>
    add(kind, await deflate(bytes));
  const addJson = (kind: string, value: unknown): Promise<IndexFile> =>
    addPacked(kind, new TextEncoder().encode(JSON.stringify(value)));

  const { postings, folded, lengths } = keywordsOf(documents, passages, language);
  const words = new ByteWriter();
  writeSorted(words, [...folded].sort());

  const terms: Manifest['files']['terms'][number][] = [];
  for (const { first, bytes } of termShards(postings))
    terms.push({ ...(await addPacked('terms', bytes)), first });
  const titles: Manifest['files']['titles'][number][] = [];
  for (const { first, items } of shards(documents, LEAST.titles, MOST.titles)) {
    const rows = items.map(({ id, title, url, breadcrumbs }) => [id, title, url, breadcrumbs]);
    titles.push({ ...(await addJson('titles', rows)), first });
  }
  const texts: Manifest['files']['texts'][number][] = [];
  for (const { first, items } of shards(passages, LEAST.texts, MOST.texts)) {
    const rows = items.map(({ headings, anchor, text }) => [headings, anchor, text]);
    texts.push({ ...(await addJson('texts', rows)), first });
  }
  const rest = {
    format: 'nearfield-search',
    version: FORMAT_VERSION,
    language: language.id,
    documents: documents.length,
    passages: passages.length,
    files: {
      words: await addPacked('words', words.finish()),
      passages: await addPacked('passages', passagesFile(documents, passages, lengths)),
      terms,
      titles,
      texts,
    },
    ...(meaning === undefined || passages.length === 0
      ? {}
      : { meaning: await meaningOf(meaning, documents, passages, { add, addPacked }, signal, onProgress) }),
  } as const;
  const manifest = { id: await manifestId(rest), ...rest } satisfies Manifest;
  files.set(MANIFEST, new TextEncoder().encode(JSON.stringify(manifest)));
  return files;
}

interface Keywords {
  readonly postings: ReadonlyMap<string, Posting[]>;
  /** Every folded word. */
  readonly folded: ReadonlySet<string>;
  /** passages × fields. */
  readonly lengths: Uint32Array;
}

function keywordsOf(
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  language: Language,
): Keywords {
  const postings = new Map<string, Posting[]>();
  const folded = new Set<string>();
  const lengths = new Uint32Array(passages.length * FIELDS.length);
  for (const [passage, section] of passages.entries()) {
    const terms = termsOf(documents[section.document]!, section, language);
    for (const word of terms.folded.keys()) folded.add(word);
    lengths.set(terms.lengths, passage * FIELDS.length);
    for (const [term, positions] of terms.places) {
      const list = postings.get(term) ?? [];
      postings.set(term, list);
      list.push({ passage, positions });
    }
  }
  return { postings, folded, lengths };
}

function* termShards(
  postings: ReadonlyMap<string, Posting[]>,
): Generator<{ first: string; bytes: Uint8Array<ArrayBuffer> }> {
  const packed = [...postings.keys()].sort().map((term) => {
    const writer = new ByteWriter();
    writer.text(term);
    writePostings(writer, postings.get(term)!);
    return { term, bytes: writer.finish() };
  });
  const total = packed.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const most = Math.max(LEAST.terms, Math.ceil(total / MOST.terms));
  let first = 0;
  let size = 0;
  for (const [index, { bytes }] of packed.entries()) {
    size += bytes.length;
    if (size < most && index < packed.length - 1) continue;
    const writer = new ByteWriter();
    for (const { bytes: term } of packed.slice(first, index + 1)) writer.bytes(term);
    yield { first: packed[first]!.term, bytes: writer.finish() };
    first = index + 1;
    size = 0;
  }
}

function* shards<Item>(
  all: readonly Item[],
  least: number,
  most: number,
): Generator<{ first: number; items: readonly Item[] }> {
  const size = Math.max(least, Math.ceil(all.length / most));
  for (let first = 0; first < all.length; first += size)
    yield { first, items: all.slice(first, first + size) };
}

/** Document and lengths of each passage, then the filter values of each document. */
function passagesFile(
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  lengths: Uint32Array,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  let before = 0;
  for (const [index, { document }] of passages.entries()) {
    writer.varint(document - before);
    before = document;
    for (let field = 0; field < FIELDS.length; field++)
      writer.varint(lengths[index * FIELDS.length + field]!);
  }
  const pairs = new Map<string, number>();
  const numbers = documents.map(({ filters }) =>
    Object.entries(filters).flatMap(([name, values]) =>
      [...new Set(values)].map((value) => {
        const pair = JSON.stringify([name, value]);
        const number = pairs.get(pair) ?? pairs.size;
        pairs.set(pair, number);
        return number;
      }),
    ),
  );
  writer.varint(pairs.size);
  for (const pair of pairs.keys()) writer.text(pair);
  for (const list of numbers) {
    writer.varint(list.length);
    for (const number of list) writer.varint(number);
  }
  return writer.finish();
}

interface Adds {
  add(kind: string, bytes: Uint8Array<ArrayBuffer>): Promise<IndexFile>;
  addPacked(kind: string, bytes: Uint8Array<ArrayBuffer>): Promise<IndexFile>;
}

async function meaningOf(
  source: MeaningSource,
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  { add, addPacked }: Adds,
  signal: AbortSignal | undefined,
  onProgress: BuildOptions['onProgress'],
): Promise<NonNullable<Manifest['meaning']>> {
  const { foundation, table, cache } = source;
  const model = findModel(source.model)?.id ?? source.model;
  if (table !== undefined && (findModel(table.model)?.id ?? table.model) !== model) {
    throw invalid(
      'meaning.table',
      `The table ${table.name} imitates ${table.model}, but the passages are embedded by ${model}. Use one of the two for both.`,
    );
  }
  const texts = passages.map((passage) => textToEmbed(documents[passage.document]!, passage));
  // A passage of code may have more tokens than the model reads; its beginning stands for it.
  const options = { truncate: true, ...(signal === undefined ? {} : { signal }) };
  const keys = await Promise.all(texts.map((text) => sha256(new TextEncoder().encode(`${model}\n${text}`))));
  const vectors = keys.map((key) => cache?.get(key));
  const missing = vectors.flatMap((vector, index) => (vector === undefined ? [index] : []));
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    const found = await embed(
      foundation,
      source.model,
      batch.map((index) => texts[index]!),
      { ...options, ...taskOf(source.model, 'passage') },
    );
    onProgress?.({ embedded: Math.min(at + BATCH, missing.length), of: missing.length });
    for (const [order, index] of batch.entries()) {
      vectors[index] = found[order]!;
      cache?.set(keys[index]!, found[order]!);
    }
  }
  const goldens = await embed(foundation, source.model, GOLDENS, {
    ...options,
    ...taskOf(source.model, 'passage'),
  });
  const dimensions = goldens[0]!.length;
  if (table !== undefined && table.dimensions !== dimensions) {
    throw invalid(
      'meaning.table',
      `The table has ${table.dimensions} dimensions, ${model} has ${dimensions}.`,
    );
  }
  const bits = new ByteWriter();
  const rows = new ByteWriter();
  for (const [passage, vector] of vectors.entries()) {
    if (vector?.length !== dimensions || !vector.every(Number.isFinite)) {
      throw invalid(
        'meaning',
        `The vector of passage ${passage} has not ${dimensions} finite numbers. Empty the cache.`,
      );
    }
    bits.bytes(signs(vector));
    rows.bytes(writeVectorRow(vector, passage));
  }
  return {
    model,
    dimensions,
    goldens: goldens.map((vector, index) => ({ text: GOLDENS[index]!, first8: [...vector.slice(0, 8)] })),
    bits: await add('bits', bits.finish()),
    vectors: await add('vectors', rows.finish()),
    ...(table === undefined ? {} : { table: await tableOf(table, texts, { add, addPacked }) }),
  };
}

/** The table's rows, the tokens of this site first, then those that are frequent everywhere (the vocabulary's order). */
async function tableOf(
  table: QueryTable,
  texts: readonly string[],
  { add, addPacked }: Adds,
): Promise<NonNullable<NonNullable<Manifest['meaning']>['table']>> {
  const rowOf = new Map(table.vocabulary.map((token, row) => [token, row]));
  const uses = new Map<string, number>();
  for (const text of texts) {
    for (const token of new Set(wordPieces(text, (each) => rowOf.has(each)))) {
      uses.set(token, (uses.get(token) ?? 0) + 1);
    }
  }
  const ordered = table.vocabulary
    // `[CLS]` and `[unused7]` are no words of a query.
    .filter((token) => !/^\[.+\]$/.test(token))
    .sort((left, right) => (uses.get(right) ?? 0) - (uses.get(left) ?? 0));
  const tokens = new ByteWriter();
  const all = new ByteWriter();
  const shardFiles: (IndexFile & { first: number })[] = [];
  for (let first = 0, size = FIRST_ROWS; first < ordered.length; size = Math.min(size * 2, MOST_ROWS)) {
    const group = ordered.slice(first, first + size).sort();
    writeSorted(tokens, group);
    const shard = new ByteWriter();
    for (const token of group) {
      const row = rowOf.get(token)!;
      const at = row * table.dimensions;
      shard.bytes(writeRow(table.quantized.subarray(at, at + table.dimensions), table.scale[row]!, token));
    }
    const bytes = shard.finish();
    all.bytes(bytes);
    shardFiles.push({ ...(await add('rows', bytes)), first });
    first += group.length;
  }
  return {
    name: table.name,
    tokens: await addPacked('tokens', tokens.finish()),
    rows: await add('allrows', all.finish()),
    shards: shardFiles,
  };
}
