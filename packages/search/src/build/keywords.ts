import type { Language } from '../analysis/analyser.ts';
import { termsOf } from '../documents/fields.ts';
import type { Passage, SourceDocument } from '../documents/types.ts';
import { ByteWriter } from '../format/bytes.ts';
import { FIELDS, type Posting, writePostings } from '../keywords/postings.ts';

/** Bytes of a block of terms before it is packed, about: what one word of a query loads. */
const BLOCK = 6144;

export interface Keywords {
  readonly postings: ReadonlyMap<string, Posting[]>;
  /** Every folded word, sorted. */
  readonly words: readonly string[];
  /** Words of each field: passages × fields. */
  readonly lengths: Uint32Array;
}

export function keywordsOf(
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  languageOf: (document: SourceDocument) => Language,
): Keywords {
  const postings = new Map<string, Posting[]>();
  const folded = new Set<string>();
  const lengths = new Uint32Array(passages.length * FIELDS.length);
  for (const [passage, section] of passages.entries()) {
    const document = documents[section.document]!;
    const terms = termsOf(document, section, languageOf(document));
    for (const word of terms.folded.keys()) folded.add(word);
    lengths.set(terms.lengths, passage * FIELDS.length);
    for (const [term, positions] of terms.places) {
      const list = postings.get(term) ?? [];
      postings.set(term, list);
      list.push({ passage, positions });
    }
  }
  return { postings, words: [...folded].sort(), lengths };
}

/** Terms with their postings in blocks, in order, and the first term of each block. */
export function termBlocks(postings: ReadonlyMap<string, Posting[]>): {
  first: string[];
  blocks: Uint8Array<ArrayBuffer>[];
} {
  const first: string[] = [];
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let writer = new ByteWriter();
  for (const term of [...postings.keys()].sort()) {
    if (writer.length === 0) first.push(term);
    writer.text(term);
    writePostings(writer, postings.get(term)!);
    if (writer.length < BLOCK) continue;
    blocks.push(writer.finish());
    writer = new ByteWriter();
  }
  if (writer.length > 0) blocks.push(writer.finish());
  return { first, blocks };
}
