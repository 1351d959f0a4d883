import type { Language } from '../analysis/analyser.ts';
import { termsOf } from '../documents/fields.ts';
import type { Passage, SourceDocument } from '../documents/types.ts';
import { ByteWriter } from '../format/bytes.ts';
import { FIELDS, type Posting, writePostings } from '../keywords/postings.ts';

/** Bytes of a block of terms before it is packed, about: what one word of a query loads. */
const BLOCK = 6144;

/**
 * Words that carry no subject lose their places in texts where that many passages, and that share of all, have them:
 * they hardly tell one passage from another, and a query would load more for them than for all its other words.
 */
const COMMON = { passages: 256, share: 0.1 } as const;

export interface Keywords {
  readonly postings: ReadonlyMap<string, TermPostings>;
  /** Every folded word, sorted. */
  readonly words: readonly string[];
  /** Words of each field: passages × fields. */
  readonly lengths: Uint32Array;
}

/** Postings of a term, and the number of passages that have it in texts where it is left out. */
export interface TermPostings {
  readonly postings: readonly Posting[];
  readonly leftOut: number;
}

export function keywordsOf(
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
  languageOf: (document: SourceDocument) => Language,
): Keywords {
  const postings = new Map<string, Posting[]>();
  const folded = new Set<string>();
  const subjects = new Set<string>();
  const lengths = new Uint32Array(passages.length * FIELDS.length);
  for (const [passage, section] of passages.entries()) {
    const document = documents[section.document]!;
    const language = languageOf(document);
    const terms = termsOf(document, section, language);
    for (const [word, term] of terms.folded) {
      folded.add(word);
      if (!language.stopWords.has(word)) subjects.add(term);
    }
    lengths.set(terms.lengths, passage * FIELDS.length);
    for (const [term, positions] of terms.places) {
      const list = postings.get(term) ?? [];
      postings.set(term, list);
      list.push({ passage, positions });
    }
  }
  const all = new Map<string, TermPostings>();
  for (const [term, list] of postings) {
    const isCommon = list.length >= COMMON.passages && list.length >= COMMON.share * passages.length;
    all.set(term, isCommon && !subjects.has(term) ? withoutTexts(list) : { postings: list, leftOut: 0 });
  }
  return { postings: all, words: [...folded].sort(), lengths };
}

function withoutTexts(list: readonly Posting[]): TermPostings {
  const postings = list.flatMap(({ passage, positions }) => {
    const above = positions.map((places, field) => (FIELDS[field] === 'text' ? [] : places));
    return above.every((places) => places.length === 0) ? [] : [{ passage, positions: above }];
  });
  return { postings, leftOut: list.length - postings.length };
}

/** Terms with their postings in blocks, in order, and the first term of each block. */
export function termBlocks(postings: Keywords['postings']): {
  first: string[];
  blocks: Uint8Array<ArrayBuffer>[];
} {
  const first: string[] = [];
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let writer = new ByteWriter();
  for (const term of [...postings.keys()].sort()) {
    if (writer.length === 0) first.push(term);
    writer.text(term);
    const { postings: list, leftOut } = postings.get(term)!;
    writePostings(writer, list, leftOut);
    if (writer.length < BLOCK) continue;
    blocks.push(writer.finish());
    writer = new ByteWriter();
  }
  if (writer.length > 0) blocks.push(writer.finish());
  return { first, blocks };
}
