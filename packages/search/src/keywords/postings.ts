/** Which passages have a term, how often in which field, and where: what a shard of terms holds. */
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

/** Writes postings, sorted by passage. */
export function writePostings(writer: ByteWriter, postings: readonly Posting[]): void {
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

/** Reads what {@link writePostings} wrote. */
export function readPostings(reader: ByteReader): Posting[] {
  const postings: Posting[] = [];
  const count = reader.varint();
  let passage = -1;
  for (let index = 0; index < count; index++) {
    const posting = readPosting(reader, passage);
    passage = posting.passage;
    postings.push(posting);
  }
  return postings;
}

/** Reads what {@link writePosting} wrote. */
export function readPosting(reader: ByteReader, before: number): Posting {
  const passage = before + reader.varint() + 1;
  const mask = reader.byte();
  const positions = FIELDS.map((_, field) => {
    if ((mask & (1 << field)) === 0) return [];
    const places: number[] = [];
    let place = -1;
    for (let left = reader.varint(); left > 0; left--) {
      place += reader.varint() + 1;
      places.push(place);
    }
    return places;
  });
  return { passage, positions };
}
