/** An index that a server has, searched over HTTP with the options and the answer of any other. */
import { type ErrorCode, embed, FoundationError } from '@nearfield/spec';
import { type IndexSearchRequest, isErrorCode } from '@nearfield/spec/implement';
import type { FoundDocument, SearchAnswer, SearchOptions } from '../answers.ts';

/** Options of `openHttpIndex()`. */
export interface HttpIndexOptions {
  /** Key that the server requires. It must not be in a page: everybody could read it there. @default none */
  readonly apiKey?: string | undefined;
  /** @default the runtime's own */
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As of other indexes; the server has models of its own. */
export interface HttpSearchOptions extends Omit<SearchOptions, 'meaning' | 'rerank'> {
  /**
   * Meaning of the query: `true` by the index's model at the server; `table` by its query table alone; a model here, or
   * the query's vector; or `false`.
   * @default true
   */
  readonly meaning?: SearchOptions['meaning'] | 'table';
  /** Whether the server's reranker ranks the best again. A reranker here is refused. @default false */
  readonly rerank?: SearchOptions['rerank'] | boolean;
}

/** Facts about an index at a server. */
export interface HttpIndexFacts {
  readonly id: string;
  /** Model that embedded the passages. */
  readonly model?: string | undefined;
  /** Whether queries have a meaning without a model. */
  readonly has_table: boolean;
  /** Whether `facets` of a search is answered. */
  readonly counts_facets: boolean;
  /** Ids of the languages of its pages. */
  readonly languages: readonly string[];
}

interface WireAnswer extends Omit<SearchAnswer, 'problems'> {
  readonly problems: readonly { readonly code: ErrorCode; readonly message: string }[];
}

/**
 * Opens an index at a server.
 *
 * @param address of the index: `https://search.example/v1/indexes/docs`.
 * @throws FoundationError RESOURCE_NOT_FOUND where the server has no such index; CONNECTION_FAILED; AUTH_….
 * @example
 * const index = await openHttpIndex('https://search.example/v1/indexes/docs');
 * const { results } = await index.search('keep bread fresh', { rerank: true });
 */
export async function openHttpIndex(
  address: string | URL,
  { signal, ...options }: HttpIndexOptions = {},
): Promise<HttpIndex> {
  const server = new IndexServer(address, options);
  return new HttpIndex(server, await server.ask<HttpIndexFacts>('', undefined, signal));
}

/** Opened by {@link openHttpIndex}. */
export class HttpIndex {
  readonly facts: HttpIndexFacts;
  readonly #server: IndexServer;

  constructor(server: IndexServer, facts: HttpIndexFacts) {
    this.#server = server;
    this.facts = facts;
  }

  /** Model that embedded the passages; the server reads queries with it. */
  get model(): string | undefined {
    return this.facts.model;
  }

  get hasTable(): boolean {
    return this.facts.has_table;
  }

  get languages(): readonly string[] {
    return this.facts.languages;
  }

  /** Whether `facets` of a search is answered. */
  get countsFacets(): boolean {
    return this.facts.counts_facets;
  }

  /** The server opens an index anew by itself. */
  async isOutdated(): Promise<boolean> {
    return false;
  }

  /**
   * The documents that answer a query, best first.
   * @throws FoundationError INPUT_VALIDATION_FAILED for a bad option; NOT_SUPPORTED for a reranker in this program;
   *   CONNECTION_FAILED; what the server answers.
   */
  async search(query: string, options: HttpSearchOptions = {}): Promise<SearchAnswer> {
    const { signal, meaning, rerank, ...more } = options;
    signal?.throwIfAborted();
    if (query.trim() === '') return { results: [], meaning: 'none', problems: [] };
    if (typeof rerank === 'object') {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message: 'An index at a server is ranked again by the server: pass `rerank: true`.',
        param: 'rerank',
      });
    }
    const request: IndexSearchRequest = {
      query,
      ...(more as Partial<IndexSearchRequest>),
      ...(meaning === undefined ? {} : { meaning: await this.#meaningOf(query, meaning, signal) }),
      ...(rerank === undefined ? {} : { rerank }),
    };
    const answer = await this.#server.ask<WireAnswer>('/search', request, signal);
    return { ...answer, problems: answer.problems.map((problem) => new FoundationError(problem)) };
  }

  /**
   * Documents that are like one of the index, by their stored vectors: no model is needed.
   * @throws FoundationError RESOURCE_NOT_FOUND for an id that is not there.
   */
  async related(
    id: string,
    options: Pick<SearchOptions, 'limit' | 'filters'> = {},
  ): Promise<FoundDocument[]> {
    const { results } = await this.#server.ask<{ results: FoundDocument[] }>('/related', { id, ...options });
    return results;
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  facets(): Promise<Record<string, Record<string, number>>> {
    return this.#server.ask<Record<string, Record<string, number>>>('/facets');
  }

  async #meaningOf(
    query: string,
    meaning: NonNullable<HttpSearchOptions['meaning']>,
    signal: AbortSignal | undefined,
  ): Promise<IndexSearchRequest['meaning']> {
    if (meaning instanceof Float32Array) return [...meaning];
    if (typeof meaning !== 'object') return meaning;
    const { foundation, model } = meaning;
    return [
      ...(await embed(foundation as Parameters<typeof embed>[0], model, query, {
        ...(signal && { signal }),
      })),
    ];
  }
}

/** One index's part of a server. */
class IndexServer {
  readonly #address: string;
  readonly #options: Omit<HttpIndexOptions, 'signal'>;

  constructor(address: string | URL, options: Omit<HttpIndexOptions, 'signal'>) {
    this.#address = new URL(address, globalThis.location?.href).href.replace(/\/+$/, '');
    this.#options = options;
  }

  /** @param body of a POST request; without one it is a GET. */
  async ask<Answer>(path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
    const { apiKey, fetch: fetcher = fetch } = this.#options;
    const failed = (message: string, cause: unknown): FoundationError =>
      new FoundationError({ code: 'CONNECTION_FAILED', message: `${this.#address} ${message}`, cause });
    let response: Response;
    let text: string;
    try {
      response = await fetcher(`${this.#address}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body && { 'Content-Type': 'application/json' }),
          ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw failed('cannot be reached. Is the server there, and does it let this page call (--cors)?', cause);
    }
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (cause) {
      throw failed(
        `answered with status ${response.status} and no JSON. Is it an index of a Nearfield server?`,
        cause,
      );
    }
    if (response.ok) return answer as Answer;
    throw errorOf(response.status, answer as ErrorBody | null);
  }
}

/** A failed request's answer. */
interface ErrorBody {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly error?: { readonly param?: string | null };
}

function errorOf(status: number, body: ErrorBody | null): FoundationError {
  const { code, detail, error } = body ?? {};
  return new FoundationError({
    code: typeof code === 'string' && isErrorCode(code) ? code : 'SERVICE_UNAVAILABLE',
    message: typeof detail === 'string' ? detail : `The server answered with status ${status}.`,
    status,
    ...(typeof error?.param === 'string' && { param: error.param }),
  });
}
