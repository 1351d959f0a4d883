/** The part of an index that a page keeps from the first query on: the file that every query needs. */
import type { SourceDocument } from './documents/types.ts';
import { damaged } from './errors.ts';
import { ByteReader, ByteWriter, readSorted, writeSorted } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import type { IndexFiles } from './index-files.ts';
import type { FieldLengths } from './keywords/bm25f.ts';
import { Dictionary } from './keywords/dictionary.ts';
import { FIELDS } from './keywords/postings.ts';
import { readFirstTokens, type TokenOrder, writeFirstTokens } from './meaning/token-order.ts';

export interface Resident {
  readonly dictionary: Dictionary;
  readonly lengths: FieldLengths;
  readonly documentOf: Uint32Array;
  /** Factor of each passage's score. */
  readonly weights: Float32Array;
  /** Filter values of each document, as JSON of name and value. */
  readonly filters: readonly ReadonlySet<string>[];
  readonly facets: ReadonlyMap<string, number>;
  /** The first term of each block of terms, the first token of each of the blocks behind them, lengths of both. */
  readonly terms: {
    readonly first: readonly string[];
    readonly firstTokens: readonly string[];
    readonly lengths: readonly number[];
  };
  readonly texts: { readonly lengths: readonly number[] };
  /** Rows of the query table that are known from the start, by token. */
  readonly tokens: ReadonlyMap<string, number>;
}

/** Content for {@link writeStart}. */
export interface StartFacts {
  readonly documents: readonly SourceDocument[];
  readonly passages: readonly { readonly document: number; readonly weight?: number }[];
  /** Words of each field: passages × fields. */
  readonly lengths: Uint32Array;
  readonly words: readonly string[];
  readonly terms: Resident['terms'];
  readonly texts: Resident['texts'];
  readonly tokens: Pick<TokenOrder, 'groups'>;
}

/** Lengths up to this are kept as they are, longer ones in steps of four percent: they only tell long from short. */
const EXACT_LENGTH = 64;
const LENGTH_STEPS = 16;
const stepOf = (length: number): number =>
  length <= EXACT_LENGTH
    ? length
    : EXACT_LENGTH + Math.round(LENGTH_STEPS * Math.log2(length / EXACT_LENGTH));
const lengthOf = (step: number): number =>
  step <= EXACT_LENGTH ? step : Math.round(EXACT_LENGTH * 2 ** ((step - EXACT_LENGTH) / LENGTH_STEPS));
/** Factors are kept in sixteenths, up to 16. */
const WEIGHT_STEPS = 16;

/** One list after the other, as lists of one kind pack best. */
export function writeStart(facts: StartFacts): Uint8Array<ArrayBuffer> {
  const { documents, passages, lengths, words, terms, texts, tokens } = facts;
  const writer = new ByteWriter();
  writeSorted(writer, words);
  let before = 0;
  for (const { document } of passages) {
    writer.varint(document - before);
    before = document;
  }
  for (let field = 0; field < FIELDS.length; field++) {
    for (let passage = 0; passage < passages.length; passage++) {
      // All passages of a document have its title.
      const isRepeated = field === 0 && passages[passage - 1]?.document === passages[passage]!.document;
      if (!isRepeated) writer.varint(stepOf(lengths[passage * FIELDS.length + field]!));
    }
  }
  const weighed = passages.flatMap(({ weight = 1 }, passage) => (weight === 1 ? [] : [{ passage, weight }]));
  writer.varint(weighed.length);
  for (const { passage, weight } of weighed) {
    writer.varint(passage);
    writer.byte(Math.min(255, Math.max(0, Math.round(weight * WEIGHT_STEPS))));
  }
  writeFilters(writer, documents);
  writeSorted(writer, terms.first);
  writeSorted(writer, terms.firstTokens);
  for (const length of terms.lengths) writer.varint(length);
  writer.varint(texts.lengths.length);
  for (const length of texts.lengths) writer.varint(length);
  writeFirstTokens(writer, words, tokens);
  return writer.finish();
}

function writeFilters(writer: ByteWriter, documents: readonly SourceDocument[]): void {
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
}

export async function readResident(manifest: Manifest, files: IndexFiles): Promise<Resident> {
  const { passages, documents } = manifest;
  const { start } = manifest.files;
  const reader = new ByteReader(await files.unpacked(start), start.name);
  const words = readSorted(reader);
  const documentOf = new Uint32Array(passages);
  for (let passage = 0, document = 0; passage < passages; passage++) {
    document += reader.varint();
    documentOf[passage] = document;
  }
  const lengths = new Uint32Array(passages * FIELDS.length);
  const sums = FIELDS.map(() => 0);
  for (let field = 0; field < FIELDS.length; field++) {
    let length = 0;
    for (let passage = 0; passage < passages; passage++) {
      const isRepeated = field === 0 && passage > 0 && documentOf[passage - 1] === documentOf[passage];
      if (!isRepeated) length = lengthOf(reader.varint());
      lengths[passage * FIELDS.length + field] = length;
      sums[field]! += length;
    }
  }
  const weights = new Float32Array(passages).fill(1);
  for (let left = reader.varint(); left > 0; left--) weights[reader.varint()] = reader.byte() / WEIGHT_STEPS;
  const pairs = Array.from({ length: reader.varint() }, () => reader.text());
  const facets = new Map<string, number>();
  const filters = Array.from({ length: documents }, () => {
    const own = Array.from({ length: reader.varint() }, () => pairs[reader.varint()]!);
    for (const pair of own) facets.set(pair, (facets.get(pair) ?? 0) + 1);
    return new Set(own);
  });
  const first = readSorted(reader);
  const firstTokens = readSorted(reader);
  const termLengths = [...first, ...firstTokens].map(() => reader.varint());
  const textLengths = Array.from({ length: reader.varint() }, () => reader.varint());
  const tokens = readFirstTokens(reader, words);
  if (!reader.done) throw damaged(start.name, 'it is longer than the index says');
  return {
    dictionary: new Dictionary(words),
    lengths: { lengths, means: sums.map((sum) => Math.max(1, sum / passages)) },
    documentOf,
    weights,
    filters,
    facets,
    terms: { first, firstTokens, lengths: termLengths },
    texts: { lengths: textLengths },
    tokens,
  };
}
