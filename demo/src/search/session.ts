import type { Explanation, FacetCounts } from '@nearfield/search';
import { dot } from '@nearfield/spec';
import { type Span, sentenceSpans } from '../text/sentences.ts';
import type { Marks } from './asking.ts';
import { keptDocuments, liveDocuments } from './kept-passages.ts';
import { LiveSession, type SearchRequest } from './live-session.ts';
import type { Passage, TextDocument } from './passage.ts';
import { retrievalTasks } from './retrieval-tasks.ts';

/** A passage among the answers, with the sentence that fits best once it is known. */
export interface Answer {
  passage: Passage;
  score: number;
  /** What words and meaning gave to the score. */
  explanation?: Explanation | undefined;
  sentence?: Span | undefined;
}

/** Answers to a question. */
export interface Answers {
  answers: Answer[];
  /** How many of the passages that the question is about have each value of a filter. */
  facets: FacetCounts;
}

/** Search over the passages of texts. */
export class SearchSession extends LiveSession {
  /** Passages that are searched, by id. */
  #passages: ReadonlyMap<string, Passage> = new Map();
  /** Sentences of passages that were among the answers once. Passages of a single sentence have no vectors. */
  readonly #sentences = new Map<string, { spans: Span[]; vectors: Float32Array[] }>();

  /** The documents that were kept, by an earlier visit or another tab. */
  async kept(): Promise<TextDocument[]> {
    return keptDocuments(await this.written());
  }

  /**
   * Makes these the documents that are searched. Passages that stay keep their vectors.
   * @param removed ids of passages that the visitor took away
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED
   */
  setDocuments(documents: readonly TextDocument[], removed: readonly string[] = []): Promise<void> {
    this.#passages = new Map(
      documents.flatMap(({ passages }) => passages).map((passage) => [passage.id, passage]),
    );
    return this.write(documents.flatMap(liveDocuments), removed);
  }

  /** The passages that answer a question, by its words and by its vector, best first, among those that are indexed. */
  async search(question: string, vector: Float32Array, request: SearchRequest): Promise<Answers> {
    const { results, facets = {} } = await this.answer(question, vector, request);
    const answers = results.flatMap(({ id, score, passages: [best] }) => {
      const passage = this.#passages.get(id);
      return passage === undefined ? [] : [{ passage, score, explanation: best?.explanation }];
    });
    return { answers, facets };
  }

  /** Embeds the sentences of passages whose sentences are not known yet. */
  async embedSentences(passages: readonly Passage[], signal?: AbortSignal): Promise<void> {
    const missing = passages
      .filter(({ id }) => !this.#sentences.has(id))
      .map((passage) => {
        const spans = sentenceSpans(passage.text);
        return { passage, spans, texts: spans.length > 1 ? textsOf(passage, spans) : [] };
      });
    const input = missing.flatMap(({ texts }) => texts);
    const vectors: Float32Array[] = [];
    if (input.length > 0) {
      const task = retrievalTasks(this.model)?.passage;
      const response = await this.foundation.embeddings(
        { model: this.model, input, embedding_type: 'float', ...(task && { task }) },
        { signal, priority: 'interactive' },
      );
      signal?.throwIfAborted();
      for (const { index, embedding } of response.data) vectors[index] = embedding;
    }
    let next = 0;
    for (const { passage, spans, texts } of missing) {
      this.#sentences.set(passage.id, { spans, vectors: vectors.slice(next, next + texts.length) });
      next += texts.length;
    }
  }

  /**
   * The sentence of a passage that is nearest to a question's vector. Undefined while its sentences are not
   * embedded, and where there is only one.
   */
  bestSentence(question: Float32Array, { id }: Passage): Span | undefined {
    const { spans, vectors } = this.#sentences.get(id) ?? { spans: [], vectors: [] };
    let best: Span | undefined;
    let top = Number.NEGATIVE_INFINITY;
    for (const [index, vector] of vectors.entries()) {
      const score = dot(vector, question);
      if (score > top) {
        top = score;
        best = spans[index];
      }
    }
    return best;
  }
}

/** The best sentences of answers. */
export const SENTENCES: Marks<Answer, SearchSession> = {
  mark: (session, vector, answers) =>
    answers.map((answer) => ({ ...answer, sentence: session.bestSentence(vector, answer.passage) })),
  embed: (session, answers, signal) =>
    session.embedSentences(
      answers.map(({ passage }) => passage),
      signal,
    ),
};

const textsOf = (passage: Passage, spans: readonly Span[]): string[] =>
  spans.map(({ start, end }) => passage.text.slice(start, end));
