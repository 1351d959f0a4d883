/** The contract over an engine of transformers.js: checks requests, asks the engine, shapes the answers. */
import {
  type BatchesApi,
  type CallOptions,
  type Capabilities,
  type ChatResponse,
  type ClassifiersApi,
  type ClassifyRequest,
  type ClassifyResponseFor,
  type EmbeddingInput,
  type EmbeddingsRequest,
  type EmbeddingsResponseFor,
  FoundationError,
  type GroundResponse,
  type ModelsApi,
  type MultiVectorRequest,
  type MultiVectorResponseFor,
  normalise,
  type ReadResponse,
  type RerankDocument,
  type RerankRequest,
  type RerankResponseFor,
  type SearchFoundation,
  type SearchResponse,
  type SegmentResponse,
  type TrainResponse,
} from '@nearfield/spec';
import {
  ClassifyRequestSchema,
  collectsErrors,
  EmbeddingsRequestSchema,
  encodeAs,
  type ItemCallOptions,
  invalid,
  isFewShotRequest,
  methodsReport,
  modelNotFound,
  notSupported,
  parseStrictly,
  RerankRequestSchema,
  rerankedDocument,
  tellProgress,
  type WithItemErrors,
} from '@nearfield/spec/implement';
import type { Input } from './engine/embedders.ts';
import type { Job, JobResult } from './engine/engine.ts';
import { infoOf, modelFor, modelTable, spaceOf, type TransformersModel } from './models.ts';

/** The engine as the foundation sees it, wherever it runs. */
export interface EngineHost {
  run(job: Job, options: CallOptions): Promise<JobResult>;
  close(): Promise<void>;
}

/** What a foundation cannot do, and what can. */
const INSTEAD = 'createLocal() of @nearfield/core does.';

const refused = (method: string): Promise<never> =>
  Promise.reject(notSupported(method, 'transformers.js has nothing for it.', INSTEAD));

const asList = <Item>(input: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(input) ? (input as readonly Item[]) : [input as Item];

/** An input of the request as the engine takes it. */
function inputOf(input: EmbeddingInput, index: number, prompt: string): Input {
  if (typeof input === 'string') return { text: prompt + input };
  if ('text' in input) return { text: prompt + input.text };
  if ('image' in input) {
    const { image } = input;
    if (typeof image === 'string' || image instanceof Blob) return { picture: image };
    throw invalid(
      `input.${index}.image`,
      'This picture must be a string or a Blob: an ImageBitmap cannot be read.',
    );
  }
  throw invalid(`input.${index}`, 'Models of transformers.js read texts and images only.');
}

export class TransformersFoundation implements SearchFoundation {
  readonly #models: ReadonlyMap<string, TransformersModel>;
  readonly #host: EngineHost;
  readonly #closing = new AbortController();

  constructor(models: readonly TransformersModel[], host: EngineHost) {
    this.#models = modelTable(models);
    this.#host = host;
  }

  async embeddings<
    const Request extends EmbeddingsRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<EmbeddingsResponseFor<Request>, Options>> {
    this.#refuseToCollect(options);
    const parsed = parseStrictly(EmbeddingsRequestSchema, request);
    const model = modelFor(this.#models, parsed.model, 'embeddings');
    for (const option of ['late_chunking', 'return_multivector', 'split_sentences'] as const) {
      if (parsed[option])
        throw notSupported(option, 'Models of transformers.js give one vector per input.', INSTEAD);
    }
    const prompt = promptOf(model, parsed.task);
    const inputs = asList(parsed.input as EmbeddingInput | readonly EmbeddingInput[]).map((input, index) =>
      inputOf(input, index, prompt),
    );
    const job: Job = { type: 'embed', model: model.id, inputs, truncate: parsed.truncate };
    const { vectors, tokens } = (await this.#run(job, options)) as Extract<JobResult, { type: 'embed' }>;
    const width = vectors[0]!.length;
    const dimensions = parsed.dimensions ?? width;
    if (dimensions > width) {
      throw invalid(
        'dimensions',
        `Model '${model.id}' has ${width} dimensions; it cannot give ${dimensions}.`,
      );
    }
    const data = vectors.map((vector, index) => {
      const cut = dimensions < width ? vector.slice(0, dimensions) : vector;
      const scaled = parsed.normalized ? normalise(cut) : cut;
      return { object: 'embedding', index, embedding: encodeAs(scaled, parsed.embedding_type) };
    });
    const usage = { total_tokens: tokens, prompt_tokens: tokens };
    const nearfield = { space: spaceOf(model) };
    return { model: parsed.model, object: 'list', usage, data, nearfield } as unknown as WithItemErrors<
      EmbeddingsResponseFor<Request>,
      Options
    >;
  }

  async rerank<const Request extends RerankRequest>(
    request: Request,
    options?: CallOptions,
  ): Promise<RerankResponseFor<Request>> {
    const parsed = parseStrictly(RerankRequestSchema, request);
    const model = modelFor(this.#models, parsed.model, 'rerank');
    if (parsed.return_embeddings) {
      throw notSupported('rerank.return_embeddings', 'Cross-encoders make no vectors.', 'Leave it out.');
    }
    const given = parsed.documents as readonly RerankDocument[];
    const documents = given.map((document, index) => {
      if (typeof document === 'string') return document;
      if ('text' in document && typeof document.text === 'string') return document.text;
      throw invalid(`documents.${index}`, 'Models of transformers.js rank texts only.');
    });
    const query = typeof parsed.query === 'string' ? parsed.query : parsed.query.text;
    const job: Job = { type: 'rerank', model: model.id, query, documents };
    const { scores, tokens } = (await this.#run(job, options)) as Extract<JobResult, { type: 'rerank' }>;
    const results = scores
      .map((relevance_score, index) => ({
        index,
        relevance_score,
        ...(parsed.return_documents && { document: rerankedDocument(given[index]!) }),
      }))
      .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
      .slice(0, parsed.top_n ?? undefined);
    return {
      model: parsed.model,
      object: 'list',
      usage: { total_tokens: tokens },
      results,
    } as unknown as RerankResponseFor<Request>;
  }

  async classify<
    const Request extends ClassifyRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(request: Request, options?: Options): Promise<WithItemErrors<ClassifyResponseFor<Request>, Options>> {
    this.#refuseToCollect(options);
    const parsed = parseStrictly(ClassifyRequestSchema, request);
    if (isFewShotRequest(parsed)) return refused('classifier_id');
    const model = modelFor(this.#models, parsed.model, 'classify');
    if (parsed.temperature != null) {
      throw notSupported('temperature', 'The scores are those of the model.', 'Leave it out.');
    }
    const texts = asList(parsed.input).map((input, index) => {
      if (typeof input === 'string') return input;
      if ('text' in input && typeof input.text === 'string') return input.text;
      throw invalid(`input.${index}`, 'Zero-shot models of transformers.js read texts only.');
    });
    const groups = Array.isArray(parsed.labels) ? undefined : Object.keys(parsed.labels);
    const labels = Array.isArray(parsed.labels) ? [parsed.labels] : Object.values(parsed.labels);
    const job: Job = { type: 'classify', model: model.id, texts, labels };
    const { scores, tokens } = (await this.#run(job, options)) as Extract<JobResult, { type: 'classify' }>;
    const data = scores.map((ofText, index) => {
      const answers = ofText.map((ofGroup, place) => choose(labels[place]!, ofGroup));
      return { object: 'classification', index, ...(groups ? byGroup(groups, answers) : answers[0]!) };
    });
    return { usage: { total_tokens: tokens }, data } as unknown as WithItemErrors<
      ClassifyResponseFor<Request>,
      Options
    >;
  }

  readonly models: ModelsApi = {
    list: async () => ({ data: [...this.#models.values()].map(infoOf) }),
    get: async (id) => {
      const model = this.#models.get(id);
      if (!model) throw modelNotFound(id, [...this.#models.keys()]);
      return infoOf(model);
    },
  };

  multiVector<
    const Request extends MultiVectorRequest,
    const Options extends ItemCallOptions = ItemCallOptions,
  >(): Promise<WithItemErrors<MultiVectorResponseFor<Request>, Options>> {
    return refused('multiVector');
  }

  train(): Promise<TrainResponse> {
    return refused('train');
  }

  readonly classifiers: ClassifiersApi = {
    list: () => refused('classifiers'),
    delete: () => refused('classifiers'),
  };

  segment(): Promise<SegmentResponse> {
    return refused('segment');
  }

  readonly batches: BatchesApi = {
    create: () => refused('batches'),
    get: () => refused('batches'),
    list: () => refused('batches'),
    cancel: () => refused('batches'),
    output: () => refusedLines(),
    errors: () => refusedLines(),
  };

  read(): Promise<ReadResponse> {
    return refused('read');
  }

  search(): Promise<SearchResponse> {
    return refused('search');
  }

  ground(): Promise<GroundResponse> {
    return refused('ground');
  }

  chat(): Promise<ChatResponse> {
    return refused('chat');
  }

  async capabilities(): Promise<Capabilities> {
    const methods = methodsReport(['embeddings', 'rerank', 'classify', 'models']);
    return { implementation: 'local', methods, models: [...this.#models.keys()] };
  }

  async close(): Promise<void> {
    this.#closing.abort(
      new FoundationError({ code: 'CLOSED', message: 'This foundation was closed.', retryable: false }),
    );
    await this.#host.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(job: Job, { signal, onProgress, timeout }: CallOptions = {}): Promise<JobResult> {
    const signals = [this.#closing.signal];
    if (signal) signals.push(signal);
    const deadline = new AbortController();
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            const message = `The call took longer than its timeout of ${timeout} ms.`;
            deadline.abort(new FoundationError({ code: 'SERVICE_TIMEOUT', message }));
          }, timeout);
    signals.push(deadline.signal);
    try {
      return await this.#host.run(job, {
        signal: AbortSignal.any(signals),
        onProgress: onProgress && ((event) => tellProgress(onProgress, event)),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Single inputs do not fail alone here. */
  #refuseToCollect(options: ItemCallOptions = {}): void {
    if (collectsErrors(options)) {
      throw notSupported('errors', 'A call of transformers.js fails as a whole.', 'Leave it out.');
    }
  }
}

async function* refusedLines(): AsyncGenerator<never> {
  yield await refused('batches');
}

/** The prompt of a task. @throws FoundationError INPUT_VALIDATION_FAILED for a task that the model was not given */
function promptOf({ id, prompts = {} }: TransformersModel, task: string | null | undefined): string {
  const prompt = prompts[task ?? ''];
  if (prompt !== undefined || task == null) return prompt ?? '';
  const known = Object.keys(prompts).filter((name) => name !== '');
  const advice =
    known.length > 0
      ? `It has ${known.join(', ')}.`
      : 'It has no tasks: leave the field out, or give it prompts.';
  throw invalid('task', `Model '${id}' has no task '${task}'. ${advice}`);
}

interface Choice {
  prediction: string;
  score: number;
  predictions: { label: string; score: number }[];
}

function choose(labels: readonly string[], scores: readonly number[]): Choice {
  const predictions = labels.map((label, index) => ({ label, score: scores[index]! }));
  const best = predictions.reduce((left, right) => (right.score > left.score ? right : left));
  return { prediction: best.label, score: best.score, predictions };
}

function byGroup(groups: readonly string[], answers: readonly Choice[]) {
  const pick = <Key extends keyof Choice>(key: Key): Record<string, Choice[Key]> =>
    Object.fromEntries(groups.map((group, index) => [group, answers[index]![key]]));
  return { prediction: pick('prediction'), score: pick('score'), predictions: pick('predictions') };
}
