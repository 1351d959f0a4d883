/** Documents → passages, vectors and fields in an engine: the same that a static index has. */
import { findModel, normalise } from '@nearfield/spec';
import { ENGLISH } from '../analysis/analyser.ts';
import type { BuildOptions } from '../build-index.ts';
import { termsOf, textToEmbed } from '../documents/fields.ts';
import { passagesOf } from '../documents/passages.ts';
import type { Passage } from '../documents/types.ts';
import { invalid } from '../errors.ts';
import { sha256 } from '../format/sha256.ts';
import { FIELDS } from '../keywords/postings.ts';
import { Embedder } from '../meaning/embedder.ts';
import type { Engine, WrittenRow } from './engine.ts';
import { HEAD_VERSION, writeParts } from './parts.ts';

/** Numbers of documents that a write has reached. */
export interface WriteProgress {
  /** Passages that are embedded. */
  readonly embedded: number;
  readonly of: number;
}

/** As for a static index; a query table is not needed, since a server has the model. */
export interface EngineSource
  extends Pick<BuildOptions, 'documents' | 'language' | 'mostLetters' | 'signal'> {
  /** Without it the index finds by keywords alone. */
  readonly meaning?: Pick<NonNullable<BuildOptions['meaning']>, 'foundation' | 'model' | 'cache'>;
  readonly onProgress?: (progress: WriteProgress) => void;
}

/** Passages that are embedded and written at once. */
const BATCH = 64;
const ROWS = 256;
/** Passages whose vectors say how similar any two are. */
const SAMPLE = 256;

/** @throws FoundationError INPUT_VALIDATION_FAILED for two documents with one id; what foundation and engine throw. */
export async function writeIndex(engine: Engine, source: EngineSource): Promise<void> {
  const { documents, language = ENGLISH, mostLetters, meaning, signal } = source;
  const ids = new Set<string>();
  for (const { id } of documents) {
    if (ids.has(id)) throw invalid('documents', `Two documents have the id "${id}". Give each its own.`);
    ids.add(id);
  }
  const passages = passagesOf(documents, mostLetters);
  const embedder = meaning && new Embedder(meaning);
  const fingerprint = await embedder?.fingerprint(signal);
  const vectors = embedder && (await vectorsOf(passages, source, embedder));
  const words = new Set<string>();
  const frequencies = new Map<string, number>();
  const sums = FIELDS.map(() => 0);
  const facets = new Map<string, number>();
  const pairsOf = documents.map(({ filters }) => [
    ...new Set(
      Object.entries(filters).flatMap(([name, values]) =>
        values.map((value) => JSON.stringify([name, value])),
      ),
    ),
  ]);
  for (const pair of pairsOf.flat()) facets.set(pair, (facets.get(pair) ?? 0) + 1);
  const rowOf = (passage: Passage, number: number): WrittenRow => {
    const { id, title, url, breadcrumbs } = documents[passage.document]!;
    const { places } = termsOf(documents[passage.document]!, passage, language);
    return {
      passage: number,
      document: passage.document,
      about: { id, title, url, breadcrumbs },
      headings: passage.headings,
      anchor: passage.anchor,
      text: passage.text,
      pairs: pairsOf[passage.document]!,
      places,
      vector: vectors?.[number],
    };
  };
  // What is counted over all of them comes before the first is written.
  for (const passage of passages) {
    const { places, folded, lengths } = termsOf(documents[passage.document]!, passage, language);
    for (const word of folded.keys()) words.add(word);
    for (const term of places.keys()) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
    for (const [field, length] of lengths.entries()) sums[field]! += length;
  }
  const step = Math.max(1, Math.ceil(passages.length / SAMPLE));
  const parts = writeParts({
    head: {
      version: HEAD_VERSION,
      language: language.id,
      documents: documents.length,
      passages: passages.length,
      means: sums.map((sum) => Math.max(1, sum / Math.max(1, passages.length))),
      facets: [...facets],
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    words: [...words].sort(),
    frequencies,
    sample: vectors?.filter((_, at) => at % step === 0) ?? [],
  });
  async function* rows(): AsyncGenerator<readonly WrittenRow[]> {
    for (let at = 0; at < passages.length; at += ROWS) {
      signal?.throwIfAborted();
      yield passages.slice(at, at + ROWS).map((passage, offset) => rowOf(passage, at + offset));
    }
  }
  await engine.write(parts, rows(), fingerprint?.dimensions ?? 0);
}

/** A vector for each passage. The cache is that of a static index: by SHA-256 of model and text. */
async function vectorsOf(
  passages: readonly Passage[],
  { documents, meaning, onProgress, signal }: EngineSource,
  embedder: Embedder,
): Promise<Float32Array[]> {
  const model = findModel(meaning!.model)?.id ?? meaning!.model;
  const texts = passages.map((passage) => textToEmbed(documents[passage.document]!, passage));
  const keys = await Promise.all(texts.map((text) => sha256(new TextEncoder().encode(`${model}\n${text}`))));
  const vectors = keys.map((key) => meaning!.cache?.get(key));
  const missing = vectors.flatMap((vector, at) => (vector === undefined ? [at] : []));
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    const found = await embedder.passages(
      batch.map((each) => texts[each]!),
      signal,
    );
    for (const [order, each] of batch.entries()) {
      vectors[each] = found[order]!;
      meaning!.cache?.set(keys[each]!, found[order]!);
    }
    onProgress?.({ embedded: Math.min(at + BATCH, missing.length), of: missing.length });
  }
  return vectors.map((vector) => normalise(vector!));
}
