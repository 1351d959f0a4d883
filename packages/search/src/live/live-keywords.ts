/** The keywords of a live index, changed one document at a time. */
import type { Language } from '../analysis/analyser.ts';
import type { PassageTerms } from '../documents/fields.ts';
import { ByteReader, ByteWriter } from '../format/bytes.ts';
import { type KeywordScores, type KeywordWeights, keywordScores } from '../keywords/bm25f.ts';
import { Dictionary } from '../keywords/dictionary.ts';
import {
  FIELDS,
  type Posting,
  PostingCollector,
  type PostingList,
  postingsOf,
  writePosting,
} from '../keywords/postings.ts';
import { type QueryWord, queryWords } from '../keywords/query.ts';

/** Postings of one term: bytes that are appended to. */
interface Postings {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  /** The passage of the last one. */
  last: number;
}

const FIRST_BYTES = 16;

export interface LiveKeywordScores {
  readonly words: readonly QueryWord[];
  readonly scores: KeywordScores;
}

/**
 * BM25F over passages that come and go. A passage that goes is only marked; what was kept of it is thrown away by
 * {@link renumber}, which the index calls when there are many of them.
 */
export class LiveKeywords {
  readonly #language: Language;
  readonly #postings = new Map<string, Postings>();
  /** Every folded word with its term. */
  readonly #words = new Map<string, string>();
  /** Words since the dictionary was made. */
  #newWords: string[] = [];
  #sorted: string[] = [];
  #dictionary = new Dictionary([]);
  #lengths = new Uint32Array(1024 * FIELDS.length);
  /** 1 for each passage that is there. */
  #present = new Uint8Array(1024);
  #count = 0;
  readonly #sums = FIELDS.map(() => 0);

  constructor(language: Language) {
    this.#language = language;
  }

  /** Passages that are there. */
  get count(): number {
    return this.#count;
  }

  /** Bytes in memory, without the words themselves. */
  get bytes(): number {
    let bytes = this.#lengths.byteLength + this.#present.byteLength;
    for (const postings of this.#postings.values()) bytes += postings.bytes.length;
    return bytes;
  }

  /** @param passage above all that were added before. */
  add(passage: number, { places, folded, lengths }: PassageTerms): void {
    this.#reserve(passage);
    this.#present[passage] = 1;
    this.#count++;
    for (const [field, length] of lengths.entries()) {
      this.#lengths[passage * FIELDS.length + field] = length;
      this.#sums[field]! += length;
    }
    for (const [word, term] of folded) {
      if (this.#words.has(word)) continue;
      this.#words.set(word, term);
      this.#newWords.push(word);
    }
    for (const [term, positions] of places) this.#append(term, { passage, positions });
  }

  remove(passage: number): void {
    if (this.#present[passage] !== 1) return;
    this.#present[passage] = 0;
    this.#count--;
    for (const field of FIELDS.keys()) this.#sums[field]! -= this.#lengths[passage * FIELDS.length + field]!;
  }

  /** Scores of the passages that have a word of a query, in no order. */
  search(query: string, weights: KeywordWeights): LiveKeywordScores {
    const words = this.wordsOf(query);
    const means = this.#sums.map((sum) => Math.max(1, sum / Math.max(1, this.#count)));
    const scores = keywordScores(words, (term) => this.#postingsOf(term), {
      passages: this.#count,
      lengths: { lengths: this.#lengths, means },
      weights,
    });
    return { words, scores };
  }

  /** The words of a query, see `queryWords()`. */
  wordsOf(query: string): QueryWord[] {
    return queryWords(query, this.#language, this.#currentDictionary());
  }

  /** Passages that have a term. */
  frequency(term: string): number {
    return this.#postingsOf(term)?.passages.length ?? 0;
  }

  /** Gives passages lower numbers, in the same order; those with −1 are gone for good. */
  renumber(numberOf: Int32Array): void {
    const lengths = this.#lengths;
    this.#lengths = new Uint32Array(this.#lengths.length);
    this.#present = new Uint8Array(this.#present.length);
    for (const [passage, number] of numberOf.entries()) {
      if (number < 0) continue;
      this.#present[number] = 1;
      const from = passage * FIELDS.length;
      this.#lengths.set(lengths.subarray(from, from + FIELDS.length), number * FIELDS.length);
    }
    const before = [...this.#postings];
    this.#postings.clear();
    for (const [term, postings] of before) {
      for (const { passage, positions } of postingsOf(read(postings))) {
        const number = numberOf[passage]!;
        if (number >= 0) this.#append(term, { passage: number, positions });
      }
    }
    for (const [word, term] of this.#words) if (!this.#postings.has(term)) this.#words.delete(word);
    this.#sorted = [];
    this.#newWords = [...this.#words.keys()];
  }

  #postingsOf(term: string): PostingList | undefined {
    const postings = this.#postings.get(term);
    return postings && read(postings, (passage) => this.#present[passage] === 1);
  }

  #currentDictionary(): Dictionary {
    if (this.#newWords.length > 0) {
      const added = this.#newWords.sort();
      this.#newWords = [];
      this.#sorted = merged(this.#sorted, added);
      this.#dictionary = new Dictionary(this.#sorted);
    }
    return this.#dictionary;
  }

  #append(term: string, posting: Posting): void {
    let postings = this.#postings.get(term);
    if (postings === undefined) {
      postings = { bytes: new Uint8Array(FIRST_BYTES), length: 0, last: -1 };
      this.#postings.set(term, postings);
    }
    const writer = new ByteWriter(FIRST_BYTES * 4);
    writePosting(writer, posting, postings.last);
    postings.last = posting.passage;
    const written = writer.finish();
    const length = postings.length + written.length;
    if (length > postings.bytes.length) {
      const larger = new Uint8Array(Math.max(length, Math.ceil(postings.bytes.length * 1.5)));
      larger.set(postings.bytes.subarray(0, postings.length));
      postings.bytes = larger;
    }
    postings.bytes.set(written, postings.length);
    postings.length = length;
  }

  #reserve(passage: number): void {
    if (passage < this.#present.length) return;
    const size = Math.max(passage + 1, this.#present.length * 2);
    const present = new Uint8Array(size);
    present.set(this.#present);
    this.#present = present;
    const lengths = new Uint32Array(size * FIELDS.length);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}

function read({ bytes, length }: Postings, keep?: (passage: number) => boolean): PostingList {
  const reader = new ByteReader(bytes.subarray(0, length), 'postings');
  const collector = new PostingCollector();
  for (let passage = -1; !reader.done; ) passage = collector.read(reader, passage, keep);
  return collector.finish();
}

function merged(left: readonly string[], right: readonly string[]): string[] {
  const all: string[] = [];
  let at = 0;
  for (const word of right) {
    while (at < left.length && left[at]! < word) all.push(left[at++]!);
    all.push(word);
  }
  while (at < left.length) all.push(left[at++]!);
  return all;
}
