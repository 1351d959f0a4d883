import {
  type BatchesApi,
  type BatchOutputLine,
  type BatchRequest,
  type CallOptions,
  type Capabilities,
  type ChatRequest,
  type ChatResponse,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  type EmbeddingsRequest,
  type EmbeddingsResponse,
  type EmbeddingsResponseFor,
  type EmbeddingType,
  FoundationError,
  type GroundRequest,
  type GroundResponse,
  type ModelInfo,
  type ModelListResponse,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type ReadRequest,
  type ReadResponse,
  type RerankRequest,
  type RerankResponseFor,
  type RerankResult,
  type SearchFoundation,
  type SearchRequest,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  BatchesBodySchema,
  BatchLineBodySchema,
  BatchRequestSchema,
  BatchStatusBodySchema,
  ChatBodySchema,
  ChatRequestSchema,
  ClassifiersBodySchema,
  ClassifyBodySchema,
  ClassifyRequestSchema,
  collectsErrors,
  DeleteClassifierBodySchema,
  type EmbeddingsBody,
  EmbeddingsBodySchema,
  EmbeddingsRequestSchema,
  embeddingsFromWire,
  FOUNDATION_METHODS,
  fusionFromWire,
  GroundBodySchema,
  GroundRequestSchema,
  type ItemCallOptions,
  ModelBodySchema,
  ModelsBodySchema,
  MultiVectorRequestSchema,
  methodsReport,
  notSupported,
  parse,
  parseResponse,
  ReadBodySchema,
  ReadRequestSchema,
  RerankBodySchema,
  RerankRequestSchema,
  rerankedDocument,
  SearchBodySchema,
  SearchRequestSchema,
  SegmentBodySchema,
  SegmentRequestSchema,
  shortened,
  TrainBodySchema,
  TrainRequestSchema,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { type CollectOptions, collectItems, collects, type ItemsAnswer } from './collect.ts';
import { withImagesAsText } from './images.ts';
import { parseJsonLines } from './jsonl.ts';
import { readerRequest } from './reader-headers.ts';
import { type ApiKey, type Call, Transport } from './transport.ts';

export interface RemoteOptions {
  /** Key of the API, or a function that gets one before every request. Only custom servers work without. */
  apiKey?: ApiKey | undefined;
  /** Default `https://api.jina.ai`. A trailing `/v1` is understood. */
  baseUrl?: string | URL | undefined;
  /**
   * Addresses of the other services. Defaults: `https://r.jina.ai`, `https://s.jina.ai`, `https://g.jina.ai`
   * and `https://segment.jina.ai`. With a `baseUrl` of your own the segmenter is its `/v1/segment`, and the
   * reader's services must be named, so that a key never goes to a server it was not meant for.
   */
  readerUrl?: string | URL | undefined;
  searchUrl?: string | URL | undefined;
  groundUrl?: string | URL | undefined;
  segmentUrl?: string | URL | undefined;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Sent with every request. */
  headers?: Record<string, string> | undefined;
  /** Milliseconds a call may take. Default 60,000; `Infinity` for no limit. */
  timeout?: number | undefined;
}

const HOSTED = 'https://api.jina.ai';
const DEFAULT_TIMEOUT = 60_000;

/** Fields that a request need not send when they say what every server does anyway. */
const NEUTRAL: Record<string, unknown> = {
  normalized: true,
  truncate: false,
  late_chunking: false,
  split_sentences: false,
  return_multivector: false,
  return_tokenized_input: false,
  return_embeddings: false,
  strategy: 'structure',
  overlap: 0,
};

/** Fields of ours that the hosted API would ignore without a word. */
const BEYOND_API = ['split_sentences', 'temperature', 'strategy', 'overlap', 'fusion'];

type Body = Record<string, unknown>;

/** A checked request as it is sent: without nulls and without defaults that change nothing. */
function bodyOf(parsed: object): Body {
  return Object.fromEntries(
    Object.entries(parsed).filter(
      ([name, value]) => value !== null && value !== undefined && NEUTRAL[name] !== value,
    ),
  );
}

function address(value: string | URL, name: string): URL {
  try {
    const page = typeof location === 'undefined' ? undefined : location.href;
    const url = new URL(value, page);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Told below.
  }
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${name} must be an http(s) address, such as ${HOSTED}; it is ${JSON.stringify(shortened(String(value)))}.`,
    param: name,
  });
}

/** A path below an address, whether or not that ends in a slash or in `/v1`. */
function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '') + path;
  return url;
}

/**
 * An id as one part of a path. Dots alone would be read as a way up, also when encoded: nothing has them as its id.
 * @throws FoundationError RESOURCE_NOT_FOUND
 */
function pathOf(id: string): string {
  const text = String(id);
  if (!/^\.{1,2}$/.test(text)) return encodeURIComponent(text);
  throw new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `There is nothing with the id '${text}'.`,
  });
}

/** A model's id as a path: full ids have a slash. */
function modelPath(id: string): string {
  try {
    return String(id).split('/').map(pathOf).join('/');
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${shortened(String(id))}' not found.`,
      param: 'model',
      cause,
    });
  }
}

const countOf = (input: unknown): number => (Array.isArray(input) ? input.length : 1);

/** What is answered where no input is left. */
const noVectors = ({ model }: { model: string }): ReturnType<typeof embeddingsFromWire> => ({
  model,
  object: 'list',
  usage: { total_tokens: 0, prompt_tokens: 0 },
  data: [],
});

/** Asks for base64 where the caller wants floats: a third of the bytes, and exact. A list is derived from it. */
function wireType(asked: EmbeddingType | readonly EmbeddingType[]): EmbeddingType {
  return typeof asked === 'string' && asked !== 'float' ? asked : 'base64';
}

/**
 * The contract over HTTP. Made by {@link createRemote}.
 */
export class RemoteFoundation implements SearchFoundation {
  readonly #transport: Transport;
  readonly #baseUrl: URL;
  readonly #hosted: boolean;
  readonly #urls: { read?: URL; search?: URL; ground?: URL; segment: URL };

  constructor(options: RemoteOptions = {}) {
    this.#baseUrl = address(options.baseUrl ?? HOSTED, 'baseUrl');
    this.#hosted = this.#baseUrl.origin === HOSTED;
    const service = (name: 'readerUrl' | 'searchUrl' | 'groundUrl', fallback: string): URL | undefined => {
      const given = options[name] ?? (this.#hosted ? fallback : undefined);
      return given === undefined ? undefined : address(given, name);
    };
    const read = service('readerUrl', 'https://r.jina.ai/');
    const search = service('searchUrl', 'https://s.jina.ai/');
    const ground = service('groundUrl', 'https://g.jina.ai/');
    const segment =
      options.segmentUrl !== undefined
        ? address(options.segmentUrl, 'segmentUrl')
        : this.#hosted
          ? new URL('https://segment.jina.ai/')
          : below(this.#baseUrl, '/v1/segment');
    this.#urls = { segment, ...(read && { read }), ...(search && { search }), ...(ground && { ground }) };
    const { apiKey, fetch, headers, timeout = DEFAULT_TIMEOUT } = options;
    this.#transport = new Transport({ apiKey, fetch, headers, timeout });
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (asked) => parse(EmbeddingsRequestSchema, asked),
      send: (parsed, how) => this.#vectors('embeddings', '/v1/embeddings', parsed, how),
      empty: () => noVectors(request),
    });
    return response as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (asked) => parse(MultiVectorRequestSchema, asked),
      send: (parsed, how) => this.#vectors('multi-vector', '/v1/multi-vector', parsed, how),
      empty: () => noVectors(request),
    });
    for (const item of response.data) {
      if (!('embeddings' in item)) {
        throw new FoundationError({
          code: 'RESPONSE_INVALID',
          message: `The server answered multi-vector with one vector a text instead of one a token. ${request.model} may not be a multi-vector model.`,
        });
      }
    }
    return response as unknown as WithItemErrors<MultiVectorResponseFor<Request>, Options>;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options: CallOptions = {},
  ): Promise<RerankResponseFor<Request>> {
    const parsed = parse(RerankRequestSchema, request);
    const documents = await withImagesAsText(parsed.documents, 'documents');
    const call = this.#post('rerank', '/v1/rerank', { ...bodyOf(parsed), documents });
    const answer = await this.#transport.json(call, RerankBodySchema, options);
    const results = answer.results.map((result): RerankResult => {
      if (result.index < 0 || result.index >= parsed.documents.length) {
        throw new FoundationError({
          code: 'RESPONSE_INVALID',
          message: `The server's answer to rerank has a result for document ${result.index} of ${parsed.documents.length}.`,
        });
      }
      const { embedding, document: _, ...rest } = result;
      // The request's own: a server may return a string, an object with its text, or less than was sent.
      const document = request.documents[result.index]!;
      return {
        ...rest,
        ...(parsed.return_documents && { document: rerankedDocument(document) }),
        ...(embedding ? { embedding: Float32Array.from(embedding) } : {}),
      } as RerankResult;
    });
    this.#report(options, parsed.documents.length, answer.usage.total_tokens);
    const { fusion: wire, ...rest } = answer;
    const fusion = fusionFromWire(wire);
    return { ...rest, results, ...(fusion && { fusion }) } as unknown as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    const response = await this.#items(request, options, {
      check: (asked) => parse(ClassifyRequestSchema, asked),
      send: async (parsed, how) => {
        const input = await withImagesAsText(parsed.input, 'input');
        const call = this.#post('classify', '/v1/classify', { ...bodyOf(parsed), input });
        const answer = await this.#transport.json(call, ClassifyBodySchema, how);
        requireItems('classify', answer.data.length, countOf(parsed.input));
        return answer;
      },
      empty: () => ({ usage: { total_tokens: 0 }, data: [] }),
    });
    return response as unknown as WithItemErrors<ClassifyResponseFor<Request>, Options>;
  }

  async train(request: TrainRequest, options: CallOptions = {}): Promise<TrainResponse> {
    const parsed = parse(TrainRequestSchema, request);
    const input = await withImagesAsText(parsed.input, 'input');
    return this.#transport.json(
      this.#post('train', '/v1/train', { ...bodyOf(parsed), input }),
      TrainBodySchema,
      options,
    );
  }

  readonly classifiers: ClassifiersApi = {
    list: (options) =>
      this.#transport.json(this.#get('classifiers', '/v1/classifiers'), ClassifiersBodySchema, options),
    delete: async (id, options) =>
      this.#transport.json(
        { ...this.#get('classifiers.delete', `/v1/classifiers/${pathOf(id)}`), method: 'DELETE' },
        DeleteClassifierBodySchema,
        options,
      ),
  };

  async segment(request: SegmentRequest, options: CallOptions = {}): Promise<SegmentResponse> {
    const parsed = parse(SegmentRequestSchema, request);
    const post = this.#post('segment', '', bodyOf(parsed), new URL(this.#urls.segment));
    // The segmenter answers a few requests a minute without a key.
    const call: Call = { ...post, needsKey: false };
    return this.#transport.json(call, SegmentBodySchema, options);
  }

  readonly models: ModelsApi = {
    list: (options): Promise<ModelListResponse> =>
      this.#transport.json(this.#get('models', '/v1/models'), ModelsBodySchema, options),
    get: async (id, options): Promise<ModelInfo> =>
      this.#transport.json(this.#get('models', `/v1/models/${modelPath(id)}`), ModelBodySchema, options),
  };

  readonly batches: BatchesApi = {
    create: async (request, options) => {
      const parsed = parse(BatchRequestSchema, request);
      const input = parsed.input instanceof Blob ? await linesOf(parsed.input) : parsed.input;
      const body = bodyOf({ ...parsed, input });
      return this.#transport.json(
        this.#post('batches', '/v1/batch/embeddings', body),
        BatchStatusBodySchema,
        options,
      );
    },
    get: async (id, options) =>
      this.#transport.json(this.#get('batches', `/v1/batch/${pathOf(id)}`), BatchStatusBodySchema, options),
    list: (options = {}) => {
      const call = this.#get('batches', '/v1/batches');
      if (options.limit !== undefined) call.url.searchParams.set('limit', String(options.limit));
      return this.#transport.json(call, BatchesBodySchema, options);
    },
    cancel: async (id, options) =>
      this.#transport.json(
        { ...this.#get('batches.cancel', `/v1/batch/${pathOf(id)}`), method: 'DELETE' },
        BatchStatusBodySchema,
        options,
      ),
    output: (id, options) => this.#lines(id, 'output', options),
    errors: (id, options) => this.#lines(id, 'errors', options),
  };

  async read(request: ReadRequest, options: CallOptions = {}): Promise<ReadResponse> {
    const parts = readerRequest(parse(ReadRequestSchema, request));
    const url = this.#service('read', 'readerUrl');
    // The reader answers a few requests a minute without a key.
    const call: Call = { what: 'read', url, method: 'POST', needsKey: false, ...parts };
    return this.#transport.json(call, ReadBodySchema, options);
  }

  async search(request: SearchRequest, options: CallOptions = {}): Promise<SearchResponse> {
    const parts = readerRequest(parse(SearchRequestSchema, request));
    const url = this.#service('search', 'searchUrl');
    const call: Call = { what: 'search', url, method: 'POST', needsKey: isJina(url), ...parts };
    return this.#transport.json(call, SearchBodySchema, options);
  }

  async ground(request: GroundRequest, options: CallOptions = {}): Promise<GroundResponse> {
    const { headers, body } = readerRequest(parse(GroundRequestSchema, request));
    const url = this.#service('ground', 'groundUrl');
    const call: Call = { what: 'ground', url, method: 'POST', needsKey: isJina(url), headers, body };
    return this.#transport.json(call, GroundBodySchema, options);
  }

  async chat(request: ChatRequest, options: CallOptions = {}): Promise<ChatResponse> {
    const parsed = parse(ChatRequestSchema, request);
    return this.#transport.json(
      this.#post('chat', '/v1/chat/completions', bodyOf(parsed)),
      ChatBodySchema,
      options,
    );
  }

  /** What the server can do. `models` is empty if the server does not tell. */
  async capabilities(): Promise<Capabilities> {
    const models = await this.models.list().then(
      ({ data }) => data.map(({ id, nearfield }) => nearfield?.id ?? id.replace(/^jina-ai\//, '')),
      (error: unknown) => {
        if (FoundationError.isInstance(error) && error.code === 'CLOSED') throw error;
        return [];
      },
    );
    const configured = FOUNDATION_METHODS.filter(
      (method) => !(method === 'read' || method === 'search' || method === 'ground') || this.#urls[method],
    );
    return {
      implementation: 'remote',
      methods: methodsReport(configured),
      models,
      baseUrl: this.#baseUrl.href.replace(/\/$/, ''),
    };
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #vectors(
    what: string,
    path: string,
    parsed: Body & { model: string; input: unknown; embedding_type: EmbeddingType | EmbeddingType[] },
    options: CallOptions,
  ): Promise<ReturnType<typeof embeddingsFromWire>> {
    const asked = parsed.embedding_type;
    const body: Body = { ...bodyOf(parsed), input: await withImagesAsText(parsed.input, 'input') };
    // Servers other than the hosted API split unless they are told not to.
    if (parsed.late_chunking === true && !isJina(this.#baseUrl))
      body.split_sentences = parsed.split_sentences;
    // Token weights have no encoding.
    if (parsed.model === 'elser-v2') delete body.embedding_type;
    else body.embedding_type = wireType(asked);
    const answer = await this.#transport.json(this.#post(what, path, body), EmbeddingsBodySchema, options);
    const response = decode(answer, asked, what);
    requireItems(what, response.data.length, countOf(parsed.input));
    response.data.sort((a, b) => a.index - b.index);
    return response;
  }

  /** A call of several inputs: one request, or as many as it takes to tell those that fail from the others. */
  async #items<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
    request: object,
    options: ItemCallOptions = {},
    how: CollectOptions<Parsed, Answer>,
  ): Promise<Answer> {
    if (collects(request, options)) {
      const answer = await collectItems(request, options, how);
      this.#report(options, answer.data.length + answer.errors.length, answer.usage.total_tokens);
      return answer;
    }
    const parsed = how.check(request);
    const answer = await how.send(parsed, options);
    this.#report(options, countOf(parsed.input), answer.usage.total_tokens);
    // The inputs of what has no errors of its own were answered all.
    return collectsErrors(options) ? { ...answer, errors: [] } : answer;
  }

  async *#lines(
    id: string,
    file: 'output' | 'errors',
    options?: CallOptions,
  ): AsyncGenerator<BatchOutputLine> {
    const what = `batches.${file}`;
    const call = this.#get(what, `/v1/batch/${pathOf(id)}/${file}`);
    call.headers = { Accept: 'application/jsonl, application/json' };
    for await (const value of parseJsonLines(this.#transport.bytes(call, options), what)) {
      const line = parseResponse(BatchLineBodySchema, value, what);
      const { response } = line as { response?: { status_code: number; body?: unknown } | null };
      if (response?.body === undefined) {
        yield line;
        continue;
      }
      const body = decode(parseResponse(EmbeddingsBodySchema, response.body, what), 'float', what);
      yield { ...line, response: { ...response, body: body as EmbeddingsResponse } };
    }
  }

  #get(what: string, path: string): Call {
    return { what, url: below(this.#baseUrl, path), method: 'GET', needsKey: this.#hosted };
  }

  #post(what: string, path: string, body: Body, url = below(this.#baseUrl, path)): Call {
    if (isJina(url)) {
      const field = BEYOND_API.find((name) => body[name] !== undefined);
      if (field) {
        throw notSupported(
          `${what}.${field}`,
          'the hosted API does not have it and would ignore it.',
          'Leave it out, or use a Nearfield server or a local engine.',
        );
      }
    }
    return { what, url, method: 'POST', body, needsKey: this.#hosted };
  }

  #service(name: 'read' | 'search' | 'ground', option: string): URL {
    const url = this.#urls[name];
    if (url) return new URL(url);
    throw notSupported(
      name,
      `${this.#baseUrl.origin} is not Jina's API.`,
      `Set ${option} to the service to use, such as https://${name[0]}.jina.ai.`,
    );
  }

  #report({ onProgress }: CallOptions, inputs: number, tokens: number): void {
    tellProgress(onProgress, {
      type: 'work-progress',
      inputs: { done: inputs, total: inputs },
      tokens: { done: tokens, total: tokens },
    });
  }
}

const isJina = (url: URL): boolean => url.hostname === 'jina.ai' || url.hostname.endsWith('.jina.ai');

function decode(
  body: EmbeddingsBody,
  asked: EmbeddingType | readonly EmbeddingType[],
  what: string,
): ReturnType<typeof embeddingsFromWire> {
  try {
    return embeddingsFromWire(body, asked);
  } catch (cause) {
    throw new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `The server's answer to ${what} has a vector that cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

/** A PDF or a split text gives more vectors than inputs; fewer are never right. */
function requireItems(what: string, got: number, wanted: number): void {
  if (got >= wanted) return;
  throw new FoundationError({
    code: 'RESPONSE_INVALID',
    message: `The server's answer to ${what} has ${got} results for ${wanted} inputs.`,
  });
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

async function linesOf(file: Blob): Promise<BatchRequest['input']> {
  const lines: unknown[] = [];
  try {
    for await (const line of parseJsonLines(chunksOf(file.stream()), 'the file')) lines.push(line);
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `Validation error: 'input': ${(cause as Error).message}`,
      param: 'input',
      cause,
    });
  }
  return parse(BatchRequestSchema, { model: 'file', input: lines }).input as BatchRequest['input'];
}

/**
 * Jina's search foundation over HTTP: api.jina.ai, or any compatible server.
 *
 * @example
 * const foundation = createRemote({ apiKey: 'jina_…' });
 * const { data } = await foundation.embeddings({ model: 'jina-embeddings-v3', input: ['hello'] });
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if an address is not one
 */
export function createRemote(options: RemoteOptions = {}): RemoteFoundation {
  return new RemoteFoundation(options);
}
