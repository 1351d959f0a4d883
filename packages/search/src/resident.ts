/** What a page keeps of an index from the first query on. */
import { ByteReader, readSorted } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import type { IndexFiles } from './index-files.ts';
import type { FieldLengths } from './keywords/bm25f.ts';
import { Dictionary } from './keywords/dictionary.ts';
import { FIELDS } from './keywords/postings.ts';

export interface Resident {
  readonly dictionary: Dictionary;
  readonly lengths: FieldLengths;
  readonly documentOf: Uint32Array;
  /** Filter values of each document, as JSON of name and value. */
  readonly filters: readonly ReadonlySet<string>[];
  readonly facets: ReadonlyMap<string, number>;
}

export async function readResident(manifest: Manifest, files: IndexFiles): Promise<Resident> {
  const { passages, documents } = manifest;
  const [words, table] = await Promise.all([
    files.unpacked(manifest.files.words),
    files.unpacked(manifest.files.passages),
  ]);
  const reader = new ByteReader(table, manifest.files.passages.name);
  const documentOf = new Uint32Array(passages);
  const lengths = new Uint32Array(passages * FIELDS.length);
  const sums = FIELDS.map(() => 0);
  for (let passage = 0, document = 0; passage < passages; passage++) {
    document += reader.varint();
    documentOf[passage] = document;
    for (let field = 0; field < FIELDS.length; field++) {
      const length = reader.varint();
      lengths[passage * FIELDS.length + field] = length;
      sums[field]! += length;
    }
  }
  const pairs = Array.from({ length: reader.varint() }, () => reader.text());
  const facets = new Map<string, number>();
  const filters = Array.from({ length: documents }, () => {
    const own = Array.from({ length: reader.varint() }, () => pairs[reader.varint()]!);
    for (const pair of own) facets.set(pair, (facets.get(pair) ?? 0) + 1);
    return new Set(own);
  });
  return {
    dictionary: new Dictionary(readSorted(new ByteReader(words, manifest.files.words.name))),
    lengths: { lengths, means: sums.map((sum) => Math.max(1, sum / passages)) },
    documentOf,
    filters,
    facets,
  };
}

/** Whether a document has, for each name, one of the values that are asked for. */
export function filterOf(
  filters: Readonly<Record<string, string | readonly string[]>>,
  { filters: own }: Pick<Resident, 'filters'>,
): (document: number) => boolean {
  const wanted = Object.entries(filters).map(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => JSON.stringify([name, value])),
  );
  return (document) => wanted.every((pairs) => pairs.some((pair) => own[document]!.has(pair)));
}

/** What was made once for a key; made again if that failed. */
export function kept<Value>(
  made: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const before = made.get(key);
  if (before !== undefined) return before;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}
