import { type CallOptions, dot, LIMITS, type RerankResponse, type SearchFoundation } from '@nearfield/spec';
import { retrievalTasks } from '../search/retrieval-tasks.ts';
import { searchingOf } from '../search/searching.ts';
import type { App, Side } from '../shell/app.ts';
import { type Answered, type Asked, ModelPageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { paragraphsOf } from '../text/lines.ts';
import { words } from '../words/language.ts';
import { type Moved, type Ranked, rankChanges } from './rank-changes.ts';
import { SAMPLE_PASSAGES, SAMPLE_QUERY } from './sample.ts';

/** What the reranked order is compared with. */
export type Before = 'vectors' | 'given';

/** Both orders of the passages. */
interface Orders extends Asked, Answered {
  passages: readonly string[];
  before: readonly Ranked[];
  after: readonly Moved[];
  /** Whose vectors made the order before; undefined for the order as given. */
  beforeBy: Answered | undefined;
  /** The embedder whose cosines took part, and their weight. */
  fusion: RerankResponse['fusion'];
  /** Milliseconds; of the order before only where vectors made it. */
  tookBefore: number | undefined;
  took: number;
  tokens: number;
}

interface RerankState {
  models: Record<Side, string>;
  query: string;
  passages: string;
  before: Before;
  orders: Orders | undefined;
}

/** Passages in the order of a reranker, beside the order before. */
export class Reranking extends ModelPageState<RerankState> {
  constructor(app: App) {
    super(app, 'rerank', {
      models: { local: 'minilm-reranker', remote: 'jina-reranker-v3' },
      query: SAMPLE_QUERY,
      passages: SAMPLE_PASSAGES.join('\n\n'),
      before: 'vectors',
      orders: undefined,
    });
  }

  /** The model of the search page, whose order is the one before. */
  get embedder(): string {
    return searchingOf(this.app).model;
  }

  /** What is asked for, in a form that can be compared. */
  get asked(): string {
    const { query, passages, before } = this.state;
    const embedder = before === 'vectors' && this.embedder;
    return JSON.stringify([
      this.app.state.mode,
      this.model,
      query.trim(),
      paragraphsOf(passages),
      before,
      embedder,
    ]);
  }

  protected override dropResult(): void {
    this.update({ orders: undefined });
  }

  /** @returns false where something is missing, which is said at its field */
  async rerank(): Promise<boolean> {
    const { before } = this.state;
    const { model, asked } = this;
    const embedder = this.app.modelOf(searchingOf(this.app).state.models);
    const query = this.state.query.trim();
    const passages = paragraphsOf(this.state.passages);
    const most = LIMITS.rerank.documents;
    const text = words().rerank;
    const fits = this.gaps.check({
      'rerank-query': query === '' && text.noQuery,
      'rerank-passages':
        passages.length === 0
          ? text.noPassages
          : passages.length > most && text.tooMany(passages.length, most),
    });
    if (!fits) return false;
    const done = await this.call.run(async (foundation, options) => {
      const earlier =
        before === 'given'
          ? {
              ranked: passages.map((_, index) => ({ index, score: undefined })),
              took: undefined,
              answer: undefined,
            }
          : await rankByVectors(foundation, embedder, query, passages, options);
      const watch = new Stopwatch();
      const response = await foundation.rerank(
        { model, query, documents: passages, return_documents: false },
        watch.around(options),
      );
      return { earlier, response, took: watch.elapsed };
    });
    if (!done) return true;
    const { earlier, response, took } = done;
    const beforeBy = earlier.answer && searchingOf(this.app).answeredBy(earlier.answer);
    const after = response.results.map(({ index, relevance_score }) => ({ index, score: relevance_score }));
    this.update({
      orders: {
        passages,
        before: earlier.ranked,
        after: rankChanges(earlier.ranked, after),
        beforeBy,
        ...this.answeredBy(response),
        fusion: response.fusion,
        tookBefore: earlier.took,
        took,
        tokens: response.usage.total_tokens,
        asked,
      },
    });
    this.app.announceQuietly(words().rerank.ranked(after.length));
    return true;
  }
}

/** The order by the cosine of one vector a passage, as a search without a reranker has it. */
async function rankByVectors(
  foundation: SearchFoundation,
  model: string,
  query: string,
  passages: readonly string[],
  options: CallOptions,
): Promise<{ ranked: Ranked[]; took: number; answer: object }> {
  const tasks = retrievalTasks(model);
  const watch = new Stopwatch();
  const embed = (input: readonly string[], task: 'query' | 'passage') =>
    foundation.embeddings(
      { model, input, embedding_type: 'float', truncate: true, ...(tasks && { task: tasks[task] }) },
      watch.around(options),
    );
  const [question, { data }] = [await embed([query], 'query'), await embed(passages, 'passage')];
  const vector = question.data[0]!.embedding;
  const ranked = data
    .map(({ index, embedding }) => ({ index, score: dot(embedding, vector) }))
    .toSorted((a, b) => b.score - a.score);
  return { ranked, took: watch.elapsed, answer: question };
}

export const rerankingOf = perApp((app) => new Reranking(app));
