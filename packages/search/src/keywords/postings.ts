/** Which passages have a term, how often in which field, and where: what a block of terms holds. */
import type { ByteReader, ByteWriter } from '../format/bytes.ts';

/** Fields in the order of their bits. */
export const FIELDS = ['title', 'headings', 'text'] as const;
export type Field = (typeof FIELDS)[number];

/** A term in one passage. */
export interface Posting {
  readonly passage: number;
  /** Positions of the term among the field's words, for each field. */
  readonly positions: readonly (readonly number[])[];
}

/** A term in all passages that have it: plain numbers, as a query goes through thousands. */
export interface PostingList {
  /** In ascending order. */
  readonly passages: Uint32Array;
  /** Ends of each passage's positions, field after field: passages × fields. Each begins where the one before ends. */
  readonly ends: Uint32Array;
  readonly positions: Uint32Array;
  /** Further passages that have the term, so commonly that the index leaves them out. */
  readonly leftOut: number;
}

/** Writes postings, sorted by passage. @param leftOut passages that have the term but no posting. */
export function writePostings(writer: ByteWriter, postings: readonly Posting[], leftOut: number): void {
  writer.varint(leftOut);
  writer.varint(postings.length);
  let before = -1;
  for (const posting of postings) {
    writePosting(writer, posting, before);
    before = posting.passage;
  }
}

/** Writes one posting. @param before the passage of the posting before it, or −1. */
export function writePosting(writer: ByteWriter, { passage, positions }: Posting, before: number): void {
  writer.varint(passage - before - 1);
  let mask = 0;
  for (const [field, places] of positions.entries()) if (places.length > 0) mask |= 1 << field;
  writer.byte(mask);
  for (const places of positions) {
    if (places.length === 0) continue;
    writer.varint(places.length);
    let last = -1;
    for (const place of places) {
      writer.varint(place - last - 1);
      last = place;
    }
  }
}

/** Collects postings in the order of their passages. */
export class PostingCollector {
  readonly #passages: number[] = [];
  readonly #ends: number[] = [];
  readonly #positions: number[] = [];

  add({ passage, positions }: Posting): void {
    this.#passages.push(passage);
    for (const places of positions) {
      for (const place of places) this.#positions.push(place);
      this.#ends.push(this.#positions.length);
    }
  }

  /** Reads one posting that {@link writePosting} wrote, and gives its passage. Without `keep` it is passed over. */
  read(reader: ByteReader, before: number, keep?: (passage: number) => boolean): number {
    const passage = before + reader.varint() + 1;
    const mask = reader.byte();
    const isKept = keep?.(passage) ?? true;
    if (isKept) this.#passages.push(passage);
    for (let field = 0; field < FIELDS.length; field++) {
      if ((mask & (1 << field)) !== 0) {
        let place = -1;
        for (let left = reader.varint(); left > 0; left--) {
          place += reader.varint() + 1;
          if (isKept) this.#positions.push(place);
        }
      }
      if (isKept) this.#ends.push(this.#positions.length);
    }
    return passage;
  }

  finish(leftOut = 0): PostingList {
    return {
      leftOut,
      passages: Uint32Array.from(this.#passages),
      ends: Uint32Array.from(this.#ends),
      positions: Uint32Array.from(this.#positions),
    };
  }
}

/** Reads what {@link writePostings} wrote. */
export function readPostings(reader: ByteReader): PostingList {
  const collector = new PostingCollector();
  const leftOut = reader.varint();
  for (let left = reader.varint(), passage = -1; left > 0; left--) passage = collector.read(reader, passage);
  return collector.finish(leftOut);
}

/** The postings of a list, one by one. */
export function* postingsOf({ passages, ends, positions }: PostingList): Generator<Posting> {
  for (const [at, passage] of passages.entries()) {
    yield {
      passage,
      positions: FIELDS.map((_, field) => {
        const end = at * FIELDS.length + field;
        return [...positions.subarray(end === 0 ? 0 : ends[end - 1]!, ends[end]!)];
      }),
    };
  }
}
