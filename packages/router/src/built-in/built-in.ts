import {
  type CallOptions,
  type Capabilities,
  type EmbeddingSpace,
  type EmbeddingsRequest,
  type EmbeddingsResponse,
  type EmbeddingsResponseFor,
  FoundationError,
  type ModelsApi,
  normalise,
  type SearchFoundation,
} from '@nearfield/spec';
import {
  collectsErrors,
  EmbeddingsRequestSchema,
  encodeVector,
  type ItemCallOptions,
  methodsReport,
  notSupported,
  type ParsedEmbeddingsRequest,
  parseStrictly,
  randomId,
  shortened,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import { REFUSED_BATCHES, REFUSED_CLASSIFIERS, refusal } from './refusals.ts';
import {
  ownEmbedder,
  type SemanticEmbedder,
  type SemanticEmbedderResult,
  type SemanticEmbedderStatic,
  type TaskType,
} from './semantic-embedder.ts';

/** Name by which requests ask for the browser's model. Which model it is, the browser decides. */
export const BUILT_IN_MODEL = 'built-in';

/** Options of `createBuiltIn()`. */
export interface BuiltInOptions {
  /** @default globalThis.SemanticEmbedder */
  embedder?: SemanticEmbedderStatic | undefined;
}

/** The browser's task of each of the API's; a request without one is embedded as it is. */
const TASKS: Readonly<Record<string, TaskType>> = {
  'text-matching': 'semantic-similarity',
  'retrieval.query': 'retrieval-query',
  'retrieval.passage': 'retrieval-document',
  classification: 'classification',
  separation: 'clustering',
  clustering: 'clustering',
};

interface Session {
  embedder: SemanticEmbedder;
  /** Names vectors of a browser that does not name its space: they can be compared as long as this foundation lives. */
  id: string;
}

/**
 * The browser's own embedder as a foundation: `embeddings` of texts with the model `built-in`, in the browser's space.
 * Made by {@link createBuiltIn}.
 */
export class BuiltInFoundation implements SearchFoundation {
  readonly #embedder: SemanticEmbedderStatic;
  readonly #closing = new AbortController();
  #session: Promise<Session> | undefined;

  constructor(embedder: SemanticEmbedderStatic) {
    this.#embedder = embedder;
  }

  /** Tokens are counted if the browser counts them; `usage` is 0 otherwise. */
  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    const answer = await this.#embed(request, options ?? {});
    return answer as unknown as WithItemErrors<EmbeddingsResponseFor<Request>, Options>;
  }

  multiVector = refused('multiVector');
  rerank = refused('rerank');
  classify = refused('classify');
  train = refused('train');
  segment = refused('segment');
  read = refused('read');
  search = refused('search');
  ground = refused('ground');
  chat = refused('chat');
  readonly classifiers = REFUSED_CLASSIFIERS;
  readonly batches = REFUSED_BATCHES;
  readonly models: ModelsApi = { list: refused('models'), get: refused('models') };

  async capabilities(): Promise<Capabilities> {
    return {
      implementation: 'built-in',
      methods: methodsReport(['embeddings']),
      models: [BUILT_IN_MODEL],
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    (await this.#session?.catch(() => undefined))?.embedder.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #embed(
    request: EmbeddingsRequest,
    options: ItemCallOptions,
  ): Promise<EmbeddingsResponse & { nearfield: { space: EmbeddingSpace } }> {
    const { signal, timeout, onProgress } = options;
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw closed();
    if (collectsErrors(options)) {
      throw notSupported('errors', 'the browser answers all texts or none.', 'Leave out errors and partial.');
    }
    const parsed = parseStrictly(EmbeddingsRequestSchema, request);
    const texts = textsOf(parsed);
    const taskType = taskOf(parsed);
    const limit = timeout === undefined ? [] : [AbortSignal.timeout(timeout)];
    const stop = AbortSignal.any([this.#closing.signal, ...limit, ...(signal ? [signal] : [])]);
    try {
      const session = await orAborted(this.#started(onProgress), stop);
      const result = await orAborted(
        session.embedder.embed(texts, { ...(taskType && { taskType }), signal: stop }),
        stop,
      );
      const answer = answerOf(parsed, texts.length, result, session);
      const { length: total } = texts;
      const { total_tokens: tokens } = answer.usage;
      tellProgress(onProgress, {
        type: 'work-progress',
        inputs: { done: total, total },
        tokens: { done: tokens, total: tokens },
      });
      return answer;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (this.#closing.signal.aborted) throw closed();
      if (stop.aborted) {
        throw new FoundationError({
          code: 'SERVICE_TIMEOUT',
          message: `The browser’s embedder did not answer within ${timeout! / 1000} seconds.`,
        });
      }
      throw errorOf(error);
    }
  }

  /** One session for all calls, made by the first. A call that is aborted does not end it. */
  #started(onProgress: CallOptions['onProgress']): Promise<Session> {
    this.#session ??= this.#start(onProgress).catch((error: unknown) => {
      // The next call tries again.
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  async #start(onProgress: CallOptions['onProgress']): Promise<Session> {
    if ((await this.#embedder.availability()) === 'unavailable') {
      throw new FoundationError({
        code: 'DEVICE_NOT_AVAILABLE',
        message:
          'The browser has an embedder, but its model does not run on this device. Use a local engine.',
      });
    }
    const monitor = (target: EventTarget): void =>
      target.addEventListener('downloadprogress', (event) => {
        const { loaded } = event as ProgressEvent;
        // Shares of the whole: the browser does not say how many bytes there are.
        tellProgress(onProgress, {
          type: 'model-progress',
          model: BUILT_IN_MODEL,
          loaded,
          total: 1,
          fromCache: false,
          files: [],
        });
      });
    const embedder = await this.#embedder.create({ monitor }).catch((cause: unknown) => {
      throw new FoundationError({
        code: 'DOWNLOAD_FAILED',
        message: `The browser’s embedder could not be made ready: ${messageOf(cause)}. Its model may still be on its way; try again.`,
        cause,
      });
    });
    return { embedder, id: randomId() };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const closed = (): FoundationError =>
  new FoundationError({ code: 'CLOSED', message: 'This foundation was closed.', retryable: false });

const refused = (method: string) => async (): Promise<never> => {
  throw refusal(method);
};

/** @throws the signal's reason, also while the browser does not react to it */
function orAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** @throws FoundationError for what the browser does not embed */
function textsOf({ model, input, dimensions, ...request }: ParsedEmbeddingsRequest): string[] {
  if (model !== BUILT_IN_MODEL) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${shortened(model)}' not found. The browser’s own is named '${BUILT_IN_MODEL}'.`,
      param: 'model',
    });
  }
  const asked = (['late_chunking', 'split_sentences', 'return_multivector'] as const).find(
    (name) => request[name],
  );
  const option = dimensions != null ? 'dimensions' : asked;
  if (option) throw notSupported(option, 'the browser’s own embedder does not have it.', 'Leave it out.');
  return (Array.isArray(input) ? input : [input]).map((item, index) => {
    const text = typeof item === 'string' ? item : (item as { text?: unknown }).text;
    if (typeof text === 'string') return text;
    throw notSupported(`input.${index}`, 'the browser’s own embedder reads texts.', 'Leave it out.');
  });
}

function taskOf({ task, prompt_name }: ParsedEmbeddingsRequest): TaskType | undefined {
  if (task == null) return undefined;
  const name = task === 'retrieval' && prompt_name ? `${task}.${prompt_name}` : task;
  if (Object.hasOwn(TASKS, name)) return TASKS[name];
  throw notSupported(
    'task',
    `the browser’s own embedder has ${Object.keys(TASKS).join(', ')}.`,
    'Use one of these.',
  );
}

function answerOf(
  { truncate, normalized, embedding_type }: ParsedEmbeddingsRequest,
  count: number,
  { embeddings, metadata }: SemanticEmbedderResult,
  session: Session,
): EmbeddingsResponse & { nearfield: { space: EmbeddingSpace } } {
  if (embeddings.length !== count) {
    throw new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `The browser’s embedder answered ${embeddings.length} of ${count} texts.`,
    });
  }
  let tokens = 0;
  const data = embeddings.map(({ values, statistics }, index) => {
    if (statistics?.truncated && !truncate) throw tooLong(index);
    tokens += statistics?.tokenCount ?? 0;
    const vector = normalized ? normalise(Float32Array.from(values)) : values;
    const embedding =
      typeof embedding_type === 'string'
        ? encodeVector(vector, embedding_type)
        : Object.fromEntries(embedding_type.map((type) => [type, encodeVector(vector, type)]));
    return { object: 'embedding' as const, index, embedding: embedding as Float32Array };
  });
  const name = metadata?.embeddingSpace ?? `session ${session.id}`;
  return {
    model: BUILT_IN_MODEL,
    object: 'list',
    usage: { total_tokens: tokens, prompt_tokens: tokens },
    data,
    nearfield: { space: { id: `built-in/${name}`, model: name, precision: 'built-in' } },
  };
}

const tooLong = (index?: number): FoundationError =>
  new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `${index === undefined ? 'An input' : `Input ${index}`} is longer than the browser’s embedder reads. Shorten it, or set truncate.`,
    param: index === undefined ? 'input' : `input.${index}`,
  });

function errorOf(error: unknown): FoundationError {
  if (FoundationError.isInstance(error)) return error;
  if ((error as { name?: unknown } | null)?.name === 'QuotaExceededError') return tooLong();
  return new FoundationError({
    code: 'WORKER_FAILED',
    message: `The browser’s embedder failed: ${messageOf(error)}.`,
    cause: error,
  });
}

/** Whether this browser has an embedder of its own that runs on this device. */
export async function hasBuiltIn({ embedder = ownEmbedder() }: BuiltInOptions = {}): Promise<boolean> {
  try {
    return embedder !== undefined && (await embedder.availability()) !== 'unavailable';
  } catch {
    return false;
  }
}

/**
 * The browser's own embedder, for a router or alone. Behind a flag in Chrome today.
 *
 * @example
 * const router = createRouter({ local, builtIn: (await hasBuiltIn()) ? createBuiltIn : undefined });
 * await router.embeddings({ model: 'built-in', input: 'fresh bread' });
 *
 * @throws FoundationError DEVICE_NOT_AVAILABLE if the browser has none
 */
export function createBuiltIn({ embedder = ownEmbedder() }: BuiltInOptions = {}): BuiltInFoundation {
  if (embedder) return new BuiltInFoundation(embedder);
  throw new FoundationError({
    code: 'DEVICE_NOT_AVAILABLE',
    message:
      'This browser has no embedder of its own (SemanticEmbedder). Ask hasBuiltIn() first, and use a local engine.',
  });
}
