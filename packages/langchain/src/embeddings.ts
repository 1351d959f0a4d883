import { Embeddings } from '@langchain/core/embeddings';
import {
  type EmbeddingTask,
  type EmbedOptions,
  embed,
  FoundationError,
  findModel,
  LIMITS,
  type SearchFoundation,
} from '@nearfield/spec';

/** How texts are embedded. */
export interface NearfieldEmbeddingsFields
  extends Pick<EmbedOptions, 'dimensions' | 'normalized' | 'truncate'> {
  /** It stays the caller's to close. */
  foundation: Pick<SearchFoundation, 'embeddings'>;
  /** Id of the model, such as `all-MiniLM-L6-v2`. */
  model: string;
  /** Task of `embedQuery()`. @default `retrieval.query` if the model has it, otherwise the model's own default */
  queryTask?: EmbeddingTask | undefined;
  /** Task of `embedDocuments()`. @default `retrieval.passage` if the model has it, otherwise the model's own default */
  documentTask?: EmbeddingTask | undefined;
  /** Texts per call of the foundation, 1 to 2048. @default 2048 */
  batchSize?: number | undefined;
  /** Ends the calls that are running, and refuses later ones. */
  signal?: AbortSignal | undefined;
}

/** A task if the model has it. */
const taskOf = (model: string, task: EmbeddingTask): EmbeddingTask | undefined =>
  findModel(model)?.tasks[task] === undefined ? undefined : task;

/**
 * Embeddings for stores and retrievers of LangChain.js. Queries and documents get the tasks that the model was trained
 * with. The foundation repeats what may succeed later, so LangChain's own retries are not used.
 *
 * @example
 * const embeddings = new NearfieldEmbeddings({ foundation, model: 'all-MiniLM-L6-v2' });
 * const store = await MemoryVectorStore.fromTexts(texts, metadata, embeddings);
 * const [nearest] = await store.similaritySearch('fresh bread', 1);
 */
export class NearfieldEmbeddings extends Embeddings {
  readonly model: string;
  readonly batchSize: number;
  readonly #foundation: Pick<SearchFoundation, 'embeddings'>;
  readonly #query: EmbedOptions;
  readonly #document: EmbedOptions;

  /** @throws FoundationError INPUT_VALIDATION_FAILED if `batchSize` is no whole number from 1 to 2048 */
  constructor(fields: NearfieldEmbeddingsFields) {
    super({});
    const {
      foundation,
      model,
      queryTask,
      documentTask,
      batchSize = LIMITS.embeddings.inputs,
      ...shared
    } = fields;
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > LIMITS.embeddings.inputs) {
      throw new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `batchSize must be a whole number from 1 to ${LIMITS.embeddings.inputs}.`,
        param: 'batchSize',
      });
    }
    this.model = model;
    this.batchSize = batchSize;
    this.#foundation = foundation;
    this.#query = { ...shared, task: queryTask ?? taskOf(model, 'retrieval.query') };
    this.#document = { ...shared, task: documentTask ?? taskOf(model, 'retrieval.passage') };
  }

  /** The vector of a query, shape [dimensions]. @throws FoundationError of `embeddings()` */
  override async embedQuery(text: string): Promise<number[]> {
    return [...(await embed(this.#foundation, this.model, text, this.#query))];
  }

  /** The vectors of documents in their order, shape [documents, dimensions]. @throws FoundationError of `embeddings()` */
  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const vectors: number[][] = [];
    for (let start = 0; start < texts.length; start += this.batchSize) {
      const batch = texts.slice(start, start + this.batchSize);
      for (const vector of await embed(this.#foundation, this.model, batch, this.#document)) {
        vectors.push([...vector]);
      }
    }
    return vectors;
  }
}
