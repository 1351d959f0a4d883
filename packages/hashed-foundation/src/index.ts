import {
  type BatchesApi,
  type BatchInputLine,
  type BatchOutputLine,
  type BatchStatus,
  CATALOGUE,
  type ChatRequest,
  type ChatResponse,
  type ClassifierSummary,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  type EmbeddingsRequest,
  type EmbeddingsResponse,
  type EmbeddingsResponseFor,
  FoundationError,
  findModel,
  type GroundResponse,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  type ReadResponse,
  type RerankDocument,
  type RerankRequest,
  type RerankResponseFor,
  type SearchFoundation,
  type SearchResponse,
  type SegmentRequest,
  type SegmentResponse,
  type TrainRequest,
  type TrainResponse,
} from '@nearfield/spec';
import {
  assertModel,
  BatchRequestSchema,
  ClassifyRequestSchema,
  checkClassifyRequest,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  checkRerankRequest,
  checkTrainRequest,
  collectsErrors,
  EmbeddingsRequestSchema,
  encodeAs,
  type ItemCallOptions,
  isFewShotRequest,
  isUpdateRequest,
  MultiVectorRequestSchema,
  methodsReport,
  modelInfo,
  modelNotFound,
  notSupported,
  parseStrictly,
  RerankRequestSchema,
  rerankedDocument,
  SegmentRequestSchema,
  serializeError,
  TrainRequestSchema,
  type WithItemErrors,
} from '@nearfield/spec/implement';

/** A batch's lines, also of a JSONL file. */
async function linesOf(input: BatchInputLine[] | Blob): Promise<BatchInputLine[]> {
  if (!(input instanceof Blob)) return input;
  const lines = (await input.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as BatchInputLine);
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function scaled(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** A word's direction: a few hashed coordinates. Texts with common words are near each other. */
function wordVector(word: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let seed = 0; seed < 4; seed++) {
    const code = hash(`${seed}:${word}`);
    vector[code % dimensions]! += code & 0x10000 ? 1 : -1;
  }
  return vector;
}

function textVector(text: string, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const word of wordsOf(text)) {
    wordVector(word, dimensions).forEach((value, index) => {
      sum[index]! += value;
    });
  }
  return sum;
}

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

const textOf = (input: unknown): string => {
  if (typeof input === 'string') return input;
  const { text, image } = input as { text?: string; image?: unknown };
  return text ?? String(image);
};

const asList = <Item>(input: Item | Item[]): Item[] => (Array.isArray(input) ? input : [input]);

/** Nothing that it takes can fail alone. */
function refuseToCollect(options: ItemCallOptions = {}): void {
  if (collectsErrors(options)) throw notSupported('errors', 'hashes never fail.', 'Leave it out.');
}

interface Trained {
  summary: ClassifierSummary;
  /** Sum of the examples' vectors, by label. */
  sums: Map<string, Float32Array>;
}

interface Job {
  status: BatchStatus;
  output: BatchOutputLine[];
  errors: BatchOutputLine[];
  cancelled: boolean;
}

/**
 * A small search foundation for tests: real validation, vectors of hashed words, everything in memory. It has
 * no model, but it is deterministic, and texts that share words are near.
 */
export class HashedFoundation implements SearchFoundation {
  /** Signals of the calls so far, to see what arrives here. */
  readonly calls: { method: string; request: unknown; signal: AbortSignal | undefined }[] = [];
  /** Thrown by the next embeddings call. */
  failWith: unknown;
  /** Makes embeddings wait until it is resolved or the call is aborted. */
  hold: Promise<void> | undefined;
  readonly #classifiers = new Map<string, Trained>();
  readonly #jobs = new Map<string, Job>();

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    refuseToCollect(options);
    this.calls.push({ method: 'embeddings', request, signal: options?.signal });
    if (this.failWith !== undefined) {
      const error = this.failWith;
      this.failWith = undefined;
      throw error;
    }
    await this.#held(options?.signal);
    const parsed = parseStrictly(EmbeddingsRequestSchema, request);
    const entry = assertModel(parsed.model, 'embeddings');
    const { dimensions, prompt } = checkEmbeddingsRequest(parsed, entry);
    let texts = asList(parsed.input).map((input) => textOf(input));
    if (parsed.split_sentences && texts.length === 1) texts = texts[0]!.match(/[^.!?]+[.!?]*\s*/g) ?? texts;
    let tokens = 0;
    texts.forEach((text, index) => {
      const count = wordsOf(text).length + 2;
      if (count > entry.maxTokens && !parsed.truncate) {
        throw new FoundationError({
          code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
          message: `Input ${index} has ${count} tokens; ${entry.id} reads at most ${entry.maxTokens}.`,
          param: `input.${index}`,
        });
      }
      tokens += Math.min(count, entry.maxTokens);
    });
    if (entry.kind === 'sparse') {
      const data = texts.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: Object.fromEntries(wordsOf(text).map((word) => [word, 1.5])),
      }));
      const usage = { total_tokens: tokens, input_tokens: tokens, output_tokens: 0 };
      return {
        model: parsed.model,
        object: 'list',
        usage,
        data,
      } as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
    }
    const usage = { total_tokens: tokens, prompt_tokens: tokens };
    const vectorOf = (text: string): Float32Array => {
      const vector = textVector(prompt + text, dimensions!);
      return parsed.normalized ? scaled(vector) : vector;
    };
    const data = texts.map((text, index) =>
      parsed.return_multivector
        ? {
            object: 'embeddings',
            index,
            embeddings: wordsOf(text).map((word) =>
              encodeAs(scaled(wordVector(word, dimensions!)), parsed.embedding_type),
            ),
            ...(parsed.return_tokenized_input ? { tokenized_input: wordsOf(text) } : {}),
          }
        : { object: 'embedding', index, embedding: encodeAs(vectorOf(text), parsed.embedding_type) },
    );
    return { model: parsed.model, object: 'list', usage, data } as unknown as WithItemErrors<
      EmbeddingsResponseFor<Request>,
      Options
    >;
  }

  async multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    refuseToCollect(options);
    const parsed = parseStrictly(MultiVectorRequestSchema, request);
    const { dimensions } = checkMultiVectorRequest(parsed, assertModel(parsed.model, 'multi-vector'));
    const data = asList(parsed.input).map((input, index) => {
      const words = wordsOf(textOf(input));
      return {
        object: 'embeddings',
        index,
        embeddings: words.map((word) =>
          encodeAs(scaled(wordVector(word, dimensions!)), parsed.embedding_type),
        ),
        ...(parsed.return_tokenized_input ? { tokenized_input: words } : {}),
      };
    });
    const total = data.reduce((sum, { embeddings }) => sum + embeddings.length, 0);
    const usage = { total_tokens: total, prompt_tokens: total };
    return { model: parsed.model, object: 'list', usage, data } as unknown as WithItemErrors<
      MultiVectorResponseFor<Request>,
      Options
    >;
  }

  async rerank<const Request extends RerankRequest>(request: Request): Promise<RerankResponseFor<Request>> {
    const parsed = parseStrictly(RerankRequestSchema, request);
    checkRerankRequest(parsed, assertModel(parsed.model, 'rerank'));
    const query = scaled(textVector(textOf(parsed.query), 64));
    const results = parsed.documents
      .map((document, index) => {
        const vector = scaled(textVector(textOf(document), 64));
        return {
          index,
          relevance_score: dot(query, vector),
          ...(parsed.return_documents ? { document: rerankedDocument(document as RerankDocument) } : {}),
          ...(parsed.return_embeddings ? { embedding: vector } : {}),
        };
      })
      .sort((a, b) => b.relevance_score - a.relevance_score)
      .slice(0, parsed.top_n ?? undefined);
    const total = parsed.documents.reduce<number>((sum, item) => sum + wordsOf(textOf(item)).length, 0);
    return {
      model: parsed.model,
      object: 'list',
      usage: { total_tokens: total },
      results,
    } as unknown as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    refuseToCollect(options);
    const parsed = parseStrictly(ClassifyRequestSchema, request);
    const inputs = asList(parsed.input).map((input) => textOf(input));
    const total = inputs.reduce((sum, text) => sum + wordsOf(text).length, 0);
    const rank = (text: string, labels: (readonly [string, Float32Array])[], temperature = 1) => {
      const vector = scaled(textVector(text, 64));
      const weights = labels.map(([, label]) => Math.exp(dot(vector, scaled(label)) / temperature));
      const sum = weights.reduce((left, right) => left + right, 0);
      const predictions = labels.map(([label], index) => ({ label, score: weights[index]! / sum }));
      const best = predictions.reduce((left, right) => (right.score > left.score ? right : left));
      return { prediction: best.label, score: best.score, predictions };
    };
    const withVectors = (labels: readonly string[]) =>
      labels.map((label) => [label, textVector(label, 64)] as const);
    const data = inputs.map((text, index) => {
      if (isFewShotRequest(parsed)) {
        const trained = this.#classifier(parsed.classifier_id);
        trained.summary.used_number++;
        return { object: 'classification', index, ...rank(text, [...trained.sums]) };
      }
      checkClassifyRequest(parsed, assertModel(parsed.model, 'classify'));
      const temperature = parsed.temperature ?? 1;
      if (Array.isArray(parsed.labels)) {
        return { object: 'classification', index, ...rank(text, withVectors(parsed.labels), temperature) };
      }
      const groups = Object.entries(parsed.labels).map(
        ([name, labels]) => [name, rank(text, withVectors(labels), temperature)] as const,
      );
      const pick = <Key extends 'prediction' | 'score' | 'predictions'>(key: Key) =>
        Object.fromEntries(groups.map(([name, result]) => [name, result[key]]));
      const grouped = {
        prediction: pick('prediction'),
        score: pick('score'),
        predictions: pick('predictions'),
      };
      return { object: 'classification', index, ...grouped };
    });
    return { usage: { total_tokens: total }, data } as unknown as WithItemErrors<
      ClassifyResponseFor<Request>,
      Options
    >;
  }

  async train(request: TrainRequest): Promise<TrainResponse> {
    const parsed = parseStrictly(TrainRequestSchema, request);
    const now = new Date().toISOString();
    let trained: Trained;
    if (isUpdateRequest(parsed)) {
      trained = this.#classifier(parsed.classifier_id);
      trained.summary.updated_number++;
      trained.summary.updated_at = now;
    } else {
      checkTrainRequest(parsed, assertModel(parsed.model, 'train'));
      const summary: ClassifierSummary = {
        classifier_id: crypto.randomUUID(),
        user_id: '00000000-0000-4000-8000-000000000000',
        model: parsed.model,
        labels: [],
        access: parsed.access,
        updated_number: 0,
        used_number: 0,
        created_at: now,
        updated_at: now,
        used_at: null,
        is_active: true,
        is_latest: true,
        metadata_: {},
      };
      trained = { summary, sums: new Map() };
      this.#classifiers.set(summary.classifier_id, trained);
    }
    let total = 0;
    for (const item of parsed.input) {
      const vector = textVector(textOf(item), 64);
      const sum = trained.sums.get(item.label) ?? new Float32Array(64);
      trained.sums.set(
        item.label,
        sum.map((value, index) => value + vector[index]!),
      );
      total += wordsOf(textOf(item)).length * parsed.num_iters;
    }
    trained.summary.labels = [...trained.sums.keys()];
    const { classifier_id } = trained.summary;
    return { classifier_id, num_samples: parsed.input.length, usage: { total_tokens: total } };
  }

  readonly classifiers: ClassifiersApi = {
    list: async () => [...this.#classifiers.values()].map(({ summary }) => ({ ...summary })),
    delete: async (id) => {
      this.#classifier(id);
      this.#classifiers.delete(id);
      return { message: `Classifier ${id} deleted.` };
    },
  };

  async segment(request: SegmentRequest): Promise<SegmentResponse> {
    const parsed = parseStrictly(SegmentRequestSchema, request);
    if (parsed.strategy === 'semantic')
      throw notSupported('segment.strategy', 'no model is at hand.', 'Use structure.');
    const positions: [number, number][] = [];
    for (let start = 0; start < parsed.content.length; start += parsed.max_chunk_length) {
      positions.push([start, Math.min(parsed.content.length, start + parsed.max_chunk_length)]);
    }
    const tokensOf = (text: string): [string, number[]][] =>
      (text.match(/\S+\s*|\s+/g) ?? []).map((token) => [token, [hash(token) % 50_000]]);
    const chunks = positions.map(([start, end]) => parsed.content.slice(start, end));
    return {
      num_tokens: tokensOf(parsed.content).length,
      tokenizer: parsed.tokenizer,
      usage: { tokens: 0 },
      ...(parsed.return_chunks ? { num_chunks: chunks.length, chunk_positions: positions, chunks } : {}),
      ...(parsed.return_tokens
        ? { tokens: parsed.return_chunks ? chunks.map(tokensOf) : [tokensOf(parsed.content)] }
        : {}),
    };
  }

  readonly models: ModelsApi = {
    list: async () => ({ data: CATALOGUE.map(modelInfo) }),
    get: async (id) => {
      const entry = findModel(id);
      if (!entry)
        throw modelNotFound(
          id,
          CATALOGUE.map((model) => model.id),
        );
      return modelInfo(entry);
    },
  };

  readonly batches: BatchesApi = {
    create: async (request) => {
      const parsed = parseStrictly(BatchRequestSchema, request);
      const lines = await linesOf(parsed.input as BatchInputLine[] | Blob);
      const status: BatchStatus = {
        batch_id: `batch_${crypto.randomUUID()}`,
        status: 'pending',
        model: parsed.model,
        created_at: new Date().toISOString(),
        stats: { total: lines.length, completed: 0, failed: 0, total_tokens: 0 },
      };
      const job: Job = { status, output: [], errors: [], cancelled: false };
      this.#jobs.set(status.batch_id, job);
      void this.#work(job, lines);
      return { ...status };
    },
    get: async (id) => ({ ...this.#job(id).status }),
    list: async ({ limit = 20 } = {}) =>
      [...this.#jobs.values()]
        .reverse()
        .slice(0, limit)
        .map(({ status }) => ({ ...status })),
    cancel: async (id) => {
      const job = this.#job(id);
      job.cancelled = true;
      job.status.status = 'cancelled';
      return { ...job.status };
    },
    output: (id) => this.#read(id, 'output'),
    errors: (id) => this.#read(id, 'errors'),
  };

  async read(): Promise<ReadResponse> {
    throw notSupported('read', 'nothing here reads pages.', 'Use createRemote().');
  }

  async search(): Promise<SearchResponse> {
    throw notSupported('search', 'nothing here searches.', 'Use createRemote().');
  }

  async ground(): Promise<GroundResponse> {
    throw notSupported('ground', 'nothing here searches.', 'Use createRemote().');
  }

  async chat(request: ChatRequest): Promise<ChatResponse> {
    throw notSupported('chat', `${request.model} does not run here.`, 'Use createRemote().');
  }

  async capabilities() {
    const methods = methodsReport([
      'embeddings',
      'multiVector',
      'rerank',
      'classify',
      'train',
      'classifiers',
      'segment',
      'models',
      'batches',
    ]);
    return { implementation: 'local' as const, methods, models: CATALOGUE.map((entry) => entry.id) };
  }

  closed = false;

  async close(): Promise<void> {
    this.closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #held(signal: AbortSignal | undefined): Promise<void> {
    if (!this.hold) return;
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    await Promise.race([this.hold, aborted]);
  }

  #classifier(id: string): Trained {
    const trained = this.#classifiers.get(id);
    if (trained) return trained;
    const message = `Classifier '${id}' not found or access denied. Verify the ID and your permissions.`;
    throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message });
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job) return job;
    throw new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `Batch '${id}' not found or access denied.`,
    });
  }

  async *#read(id: string, file: 'output' | 'errors'): AsyncGenerator<BatchOutputLine> {
    for (const line of this.#job(id)[file]) {
      await Promise.resolve();
      yield line;
    }
  }

  async #work(job: Job, lines: BatchInputLine[]): Promise<void> {
    job.status.status = 'processing';
    for (const [index, line] of lines.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (job.cancelled) return;
      const custom_id = line.custom_id ?? String(index);
      const stats = job.status.stats!;
      try {
        const request = { ...line.body, model: job.status.model };
        const body = (await this.embeddings(request)) as EmbeddingsResponse;
        job.output.push({ custom_id, response: { status_code: 200, body }, error: null });
        stats.completed++;
        stats.total_tokens += body.usage.total_tokens;
      } catch (error) {
        const { init, message } = serializeError(error);
        job.errors.push({
          custom_id,
          response: null,
          error: { code: init?.code ?? 'INTERNAL_ERROR', message },
        });
        stats.failed++;
      }
    }
    job.status.status = 'completed';
    job.status.completed_at = new Date().toISOString();
  }
}
