/** How near each passage is to what a query means: by the index's table, by its model, by a vector. */
import { dot, embed, normalise } from '@nearfield/spec';
import type { QueryModel, SearchAnswer } from './answers.ts';
import { damaged, invalid } from './errors.ts';
import type { Manifest } from './format/manifest.ts';
import type { IndexFiles } from './index-files.ts';
import type { PostingList } from './keywords/postings.ts';
import type { QueryWord } from './keywords/query.ts';
import { type KnownTokens, TableReader } from './meaning/table-scores.ts';
import { readVectorRow, SIGN_SCALE, signBytes, signScores, vectorRowBytes } from './meaning/vectors.ts';
import type { Attempt } from './ranking/answer.ts';
import { correctedQuery, generalVocabulary, mayStandForOthers } from './ranking/correction.ts';
import { momentsOf, type Similarities as Values } from './ranking/fusion.ts';

export interface Similarities {
  /** Undefined where there is nothing to go by. */
  readonly values: Values | undefined;
  readonly state: SearchAnswer['meaning'];
  readonly corrected?: string;
}

export interface QueryToCompare {
  readonly query: string;
  readonly words: readonly QueryWord[];
  readonly by: true | Float32Array | QueryModel;
  /** Postings of the words' terms, if they can be had. */
  readonly postings: () => Promise<ReadonlyMap<string, PostingList> | undefined>;
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
}

/** Passages that are compared in eight bits a number, after all were compared by their signs. */
const RESCORED = 50;
/** Loaded with the first model: it brings the catalogue of models, which searches by the table do without. */
const queryModel = () => import('./meaning/query-model.ts');
const NOTHING: Similarities = { values: undefined, state: 'none' };

export class MeaningReader {
  readonly #files: IndexFiles;
  readonly #manifest: Manifest;
  readonly #table: TableReader | undefined;

  constructor(files: IndexFiles, manifest: Manifest, tokens: KnownTokens) {
    this.#files = files;
    this.#manifest = manifest;
    const table = manifest.meaning?.table;
    if (table !== undefined) {
      this.#table = new TableReader(files, table, manifest.passages, tokens);
    }
  }

  /** By the model, else by the table. */
  async of({ query, words, by, postings, attempt, signal }: QueryToCompare): Promise<Similarities> {
    if (this.#manifest.meaning === undefined) {
      if (by === true) return NOTHING;
      throw invalid(
        'meaning',
        'The index holds keywords alone: build it with a model to search it by vectors.',
      );
    }
    if (by instanceof Float32Array) return (await attempt(() => this.#byVector(by))) ?? NOTHING;
    const table = this.#table;
    // In the turn in which postings are asked for: blocks of both are one request.
    const prepared = table && attempt(() => this.#prepare(table, query, words, by !== true));
    const isPrepared = (await prepared) !== undefined;
    if (by === true && !isPrepared) return NOTHING;
    const corrected = await this.#corrected(query, words, postings, isPrepared);
    const more = corrected === undefined ? {} : { corrected };
    if (by !== true) {
      const found = await attempt(async () => {
        await this.#check(by);
        const { taskOf } = await queryModel();
        const options = { truncate: true, ...taskOf(by.model, 'query'), ...(signal && { signal }) };
        return this.#byVector(await embed(by.foundation, by.model, corrected ?? query, options));
      });
      if (found !== undefined) return { ...found, ...more };
    }
    if (table === undefined || !isPrepared) return NOTHING;
    const found = await attempt(() => table.of(corrected ?? query));
    if (found?.scores === undefined) return NOTHING;
    const state = found.missing.length > 0 ? 'partial' : 'full';
    const values = { mean: 0, deviation: found.deviation, values: found.scores };
    return { values, state, ...more };
  }

  /** Loads what tells words from mistyped ones, and for the table their pieces. */
  async #prepare(
    table: TableReader,
    query: string,
    words: readonly QueryWord[],
    isByModel: boolean,
  ): Promise<true> {
    const open = new Set(words.filter(mayStandForOthers).map(({ word }) => word));
    await table.prepare(query, (word) => isByModel || open.has(word));
    return true;
  }

  /** Only a query with words that the site has not waits for the postings. */
  async #corrected(
    query: string,
    words: readonly QueryWord[],
    postings: QueryToCompare['postings'],
    isPrepared: boolean,
  ): Promise<string | undefined> {
    if (!words.some(mayStandForOthers)) return undefined;
    // A rare word may be right: the table knows which are, once their blocks are there.
    const vocabulary = isPrepared ? this.#table : await generalVocabulary(words);
    const found = await postings();
    const frequency = (term: string): number => found?.get(term)?.passages.length ?? 0;
    return vocabulary && correctedQuery(query, words, frequency, vocabulary);
  }

  async #check(model: QueryModel): Promise<void> {
    await (await queryModel()).checkModelOnce(model, this.#manifest.meaning!);
  }

  async #byVector(query: Float32Array): Promise<Similarities> {
    const { dimensions, model, bits: file } = this.#manifest.meaning!;
    if (query.length !== dimensions) {
      throw invalid(
        'meaning',
        `The vector has ${query.length} dimensions, the index was built by ${model} with ${dimensions}. Embed queries with that model.`,
      );
    }
    if (!query.every(Number.isFinite)) {
      throw invalid('meaning', 'The vector has numbers that are not finite. Embed the query again.');
    }
    const vector = normalise(query);
    const bits = await this.#files.whole(file);
    if (bits.length !== this.#manifest.passages * signBytes(dimensions)) {
      throw damaged(file.name, 'it has signs for another number of passages');
    }
    const values = signScores(vector, bits);
    await this.#rescore(vector, values);
    return { values: momentsOf(values), state: 'full' };
  }

  /** Compares the best again, by vectors of eight bits, where the host serves parts of their file. */
  async #rescore(vector: Float32Array, values: Float32Array): Promise<void> {
    const { vectors, dimensions } = this.#manifest.meaning!;
    const best = Array.from(values.keys())
      .sort((left, right) => values[right]! - values[left]!)
      .slice(0, RESCORED)
      .sort((left, right) => left - right);
    const width = vectorRowBytes(dimensions);
    const rows = await this.#files.parts(
      vectors,
      best.map((passage) => [passage * width, (passage + 1) * width] as const),
    );
    if (rows === undefined) return;
    const read = rows.map((row, index) => readVectorRow(row, best[index]!, vectors.name));
    for (const [index, row] of read.entries()) values[best[index]!] = dot(row, vector) * SIGN_SCALE;
  }
}
