/** What an engine found for a query, scored as a static index scores its passages. */
import { dot } from '@nearfield/spec';
import type { Language } from '../analysis/analyser.ts';
import type { SearchOptions } from '../answers.ts';
import { termsOf } from '../documents/fields.ts';
import { KEYWORD_WEIGHTS, type KeywordScores, keywordScores, NO_KEYWORDS } from '../keywords/bm25f.ts';
import { FIELDS, PostingCollector } from '../keywords/postings.ts';
import type { QueryWord } from '../keywords/query.ts';
import type { Shown } from '../ranking/answer.ts';
import { FUSION_WEIGHTS, type FusedScore, fuse, type Similarities } from '../ranking/fusion.ts';
import type { EngineHit } from './engine.ts';
import type { Parts } from './parts.ts';

/** Passages that may answer a query, with their scores. */
export interface Candidates {
  readonly hits: ReadonlyMap<number, EngineHit>;
  readonly keywords: KeywordScores;
  /** Terms of the candidates. */
  readonly postings: ReadonlyMap<string, PostingCollector>;
  readonly fused: Iterable<FusedScore>;
}

/** What is known of the index as a whole. */
interface Whole extends Pick<Parts, 'head' | 'sample'> {
  readonly language: Language;
  /** Passages that have one of some terms, at most. */
  readonly frequencyOf: (terms: readonly string[]) => number;
}

/** @param found passages may come twice */
export function scored(
  words: readonly QueryWord[],
  found: readonly EngineHit[],
  vector: Float32Array | undefined,
  options: Pick<SearchOptions, 'keywords' | 'weights'>,
  whole: Whole,
): Candidates {
  const hits = new Map(found.map((hit) => [hit.passage, hit]));
  const all = [...hits.values()];
  // Those that came for their vectors have words too.
  const { keywords, postings } =
    options.keywords === false
      ? { keywords: NO_KEYWORDS, postings: new Map<string, PostingCollector>() }
      : keywordsOf(words, all, { ...KEYWORD_WEIGHTS, ...options.weights?.keywords }, whole);
  const similar = vector && similaritiesOf(vector, all, whole.sample);
  const fused = fuse(keywords, similar, { ...FUSION_WEIGHTS, ...options.weights?.fusion });
  return { hits, keywords, postings, fused };
}

function keywordsOf(
  words: readonly QueryWord[],
  hits: readonly EngineHit[],
  weights: typeof KEYWORD_WEIGHTS,
  { head: { passages, means }, language, frequencyOf }: Whole,
): Pick<Candidates, 'keywords' | 'postings'> {
  const postings = new Map<string, PostingCollector>();
  const lengths = new Uint32Array(hits.length * FIELDS.length);
  for (const [at, hit] of hits.entries()) {
    const found = termsOf(hit.about, hit, language);
    lengths.set(found.lengths, at * FIELDS.length);
    for (const [term, positions] of found.places) {
      const list = postings.get(term) ?? new PostingCollector();
      postings.set(term, list);
      list.add({ passage: at, positions });
    }
  }
  const found = keywordScores(words, (term) => postings.get(term)?.finish(), {
    passages,
    lengths: { lengths, means },
    weights,
    frequencyOf,
  });
  const placeOf = new Map(hits.map(({ passage }, at) => [passage, at]));
  const keywords: KeywordScores = {
    passages: found.passages.map((at) => hits[at]!.passage),
    scores: found.scores,
    explain: (passage) => found.explain(placeOf.get(passage) ?? -1),
  };
  return { keywords, postings };
}

/** How similar passages are in general is what the sample says. */
function similaritiesOf(
  vector: Float32Array,
  hits: readonly EngineHit[],
  sample: readonly Float32Array[],
): Similarities {
  const cosines = sample.map((each) => dot(each, vector));
  const mean = cosines.reduce((sum, value) => sum + value, 0) / Math.max(1, cosines.length);
  const variance = cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, cosines.length);
  const values = hits.flatMap(({ passage, similarity }) =>
    similarity === undefined ? [] : [[passage, similarity] as const],
  );
  return { mean, deviation: Math.sqrt(variance), values };
}

/** Display data that engines sent along with the passages. The engines applied the filters. */
export function shownHits(hits: ReadonlyMap<number, EngineHit>): Shown {
  const first = new Map<number, EngineHit>();
  for (const hit of hits.values()) if (!first.has(hit.document)) first.set(hit.document, hit);
  return {
    documentOf: (passage) => hits.get(passage)!.document,
    isAllowed: () => true,
    title: async (document) => first.get(document)!.about,
    text: async (passage) => {
      const { headings, anchor, text } = hits.get(passage)!;
      return { headings, anchor, text };
    },
  };
}
