import type { CallOptions, ModelFacts, PageReader, SearchFoundation } from '@nearfield/spec';
import { toWire } from '@nearfield/spec/implement';
import type { Access } from './access.ts';
import { type Accommodated, accommodate, type Body, factsOf } from './accommodate.ts';
import { requireModel } from './allow.ts';
import { jsonBody } from './bodies.ts';
import { type ApiContext, call } from './context.ts';
import { type UrlReader, withInlineImages } from './inline-images.ts';
import type { RouteTable } from './route-table.ts';
import { Announcer, MemoryWebhooks, type WebhookStore } from './webhooks.ts';

export interface ServiceOptions {
  foundation: SearchFoundation;
  routes: RouteTable;
  access: Access;
  strict: boolean;
  splitSentences: boolean;
  maxBodyBytes: number;
  publicUrl: URL | undefined;
  urls: UrlReader | undefined;
  reader: PageReader | undefined;
  closing: AbortSignal;
  webhooks: WebhookStore | undefined;
  webhookSecret: string | undefined;
  reranker: string | undefined;
  allowedModels: readonly string[] | undefined;
  onError: (error: unknown, requestId: string) => void;
  fail: (context: ApiContext, thrown: unknown) => Response;
}

/** Handles a request's JSON. */
export type Compute = (body: Body, options: CallOptions, context: ApiContext) => Promise<unknown>;

/** State that routes share. */
export class ApiService {
  readonly foundation: SearchFoundation;
  readonly routes: RouteTable;
  readonly strict: boolean;
  readonly splitSentences: boolean;
  readonly urls: UrlReader | undefined;
  /** Answers `/r/`. */
  readonly reader: PageReader;
  /** Calls webhooks when batches end. */
  readonly announcer: Announcer;
  readonly onError: ServiceOptions['onError'];
  /** The answer to an error. */
  readonly fail: ServiceOptions['fail'];
  readonly #options: ServiceOptions;
  readonly #factsOf;
  #served: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.foundation = options.foundation;
    this.routes = options.routes;
    this.strict = options.strict;
    this.splitSentences = options.splitSentences;
    this.urls = options.urls;
    this.reader = options.reader ?? options.foundation;
    this.onError = options.onError;
    const { urls, webhooks, webhookSecret, closing, onError } = options;
    this.announcer = new Announcer({
      store: webhooks ?? new MemoryWebhooks(),
      batches: options.foundation.batches,
      notify: async (url, body, headers) => urls?.notify(url, body, headers),
      secret: webhookSecret,
      closing,
      onError: (error, id) => {
        if (!closing.aborted) onError(error, id);
      },
    });
    // What was owed when the server ended.
    if (webhooks) this.announcer.start();
    this.fail = options.fail;
    this.#factsOf = factsOf(options.foundation);
  }

  /** A POST route: JSON in, a method of the contract, JSON out. Requests of `endpoint` are accommodated. */
  post(path: string, endpoint: Accommodated | undefined, compute: Compute): void {
    this.routes.add('POST', path, async (context) => {
      const body = await this.body(context);
      return this.reply(
        context,
        await compute(await this.prepare(context, endpoint, body), call(context), context),
      );
    });
  }

  /** A request's JSON. @throws FoundationError INPUT_VALIDATION_FAILED */
  body(context: ApiContext): Promise<Body> {
    return jsonBody(context, this.#options.maxBodyBytes);
  }

  /** A request as the foundation takes it. */
  async prepare(context: ApiContext, endpoint: Accommodated | undefined, request: Body): Promise<Body> {
    const facts = context.get('facts');
    if (typeof request.model === 'string') facts.model = request.model;
    requireModel(this.#options.allowedModels, request.model);
    let body = request;
    if (endpoint && !this.#options.strict && (await this.served())) {
      const accommodated = await accommodate(endpoint, request, this.#factsOf, () => this.reranker());
      body = accommodated.body;
      facts.warnings.push(...accommodated.warnings);
      if (typeof body.model === 'string') facts.model = body.model;
    }
    return endpoint === 'rerank' || endpoint === 'segment' || endpoint === 'batch'
      ? body
      : withInlineImages(body, this.urls, context.req.raw.signal);
  }

  /** An answer as JSON. */
  reply(context: ApiContext, value: unknown): Response {
    const tokens = (value as { usage?: { total_tokens?: unknown; tokens?: unknown } } | null)?.usage;
    const counted = tokens?.total_tokens ?? tokens?.tokens;
    if (typeof counted === 'number') context.get('facts').tokens += counted;
    return context.json(toWire(value) as object);
  }

  /** Ids that can be asked for; undefined if the foundation is a client of another server, which knows. */
  served(): Promise<ReadonlySet<string> | undefined> {
    const asked =
      this.#served ??
      this.foundation
        .capabilities()
        .then(({ implementation, models }) => (implementation === 'remote' ? undefined : new Set(models)));
    this.#served = asked;
    asked.catch(() => {
      if (this.#served === asked) this.#served = undefined;
    });
    return asked;
  }

  /** Whether pages can be read: by a reader of its own, or where the foundation has one. */
  get hasReader(): boolean {
    return this.#options.reader !== undefined;
  }

  /** The reranker of requests that name none: the one that was set, or the first that the server has files of. */
  async reranker(): Promise<string | undefined> {
    if (this.#options.reranker !== undefined) return this.#options.reranker;
    const ids = await this.#servedOf('reranker');
    return ids.find((id) => id === USUAL_RERANKER) ?? ids[0];
  }

  /** The embedder of requests that cannot name one. */
  async embedder(): Promise<string | undefined> {
    return (await this.#servedOf('embedding'))[0];
  }

  /** Ids of a kind, those that the caller gave files of first. */
  async #servedOf(kind: ModelFacts['kind']): Promise<string[]> {
    const [{ data }, served] = await Promise.all([this.foundation.models.list(), this.served()]);
    return data.flatMap(({ nearfield }) =>
      nearfield?.kind === kind && (served?.has(nearfield.id) ?? true) ? [nearfield.id] : [],
    );
  }

  /** The address of a path for whoever sent a request; the path itself where the server's own name is not known. */
  addressOf(context: ApiContext, path: string): string {
    const { publicUrl, access } = this.#options;
    const { url } = context.req;
    const base = publicUrl ?? (access.knowsHost(new URL(url).host) ? new URL('/', url) : undefined);
    return base ? new URL(path, base).href : `/${path}`;
  }

  /** Answer of `GET /`. */
  welcome(): object {
    return { name: 'Nearfield', docs: '/docs', openapi: '/openapi.json', models: '/v1/models' };
  }
}

/** The reranker that Jina's local server takes where a request names none. */
const USUAL_RERANKER = 'jina-reranker-v3';
