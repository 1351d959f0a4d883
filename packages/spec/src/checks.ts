import { CATALOGUE } from './catalogue/index.ts';
import type { EmbeddingOption, Modality, ModelEntry } from './catalogue/types.ts';
import type { ParsedClassifyRequest } from './endpoints/classify.ts';
import type { ParsedEmbeddingsRequest, ParsedMultiVectorRequest } from './endpoints/embeddings.ts';
import type { ParsedRerankRequest } from './endpoints/rerank.ts';
import type { ParsedTrainRequest } from './endpoints/train.ts';
import type { FoundationError } from './errors.ts';
import { invalid as invalidField } from './invalid.ts';

/** Settings of a request for its model, with defaults and older names resolved. */
export interface ResolvedEmbeddings {
  /** The API's name of the task; null for none. */
  task: string | null;
  /** Prefix of every text. */
  prompt: string;
  /** Role for ColBERT models. */
  inputType: 'query' | 'document';
  /** Size of the returned vectors; undefined where the model has no fixed size. */
  dimensions: number | undefined;
}

const invalid = (param: string, message: string): FoundationError =>
  invalidField(param, message, { type: 'model' });

const ARTICLES: Record<Modality, string> = {
  text: 'a text',
  image: 'an image',
  pdf: 'a PDF',
  video: 'a video',
  audio: 'audio',
  content: 'a content group',
};

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** Kind of an input; a string is a text. */
export function modalityOf(input: unknown): Modality {
  if (typeof input !== 'object' || input === null) return 'text';
  const order: Modality[] = ['text', 'image', 'pdf', 'video', 'audio', 'content'];
  return order.find((modality) => modality in input) ?? 'text';
}

function checkModalities(
  inputs: readonly unknown[],
  allowed: readonly Modality[],
  entry: ModelEntry,
  field: string,
): void {
  inputs.forEach((input, index) => {
    const modality = modalityOf(input);
    if (allowed.includes(modality)) return;
    const others = CATALOGUE.filter((other) => other.kind === entry.kind || other.kind === 'clip')
      .filter((other) => other.modalities.includes(modality) && other.id !== entry.id)
      .map((other) => other.id);
    throw invalid(
      `${field}.${index}`,
      `${entry.id} does not take ${ARTICLES[modality]} here; it takes ${listed(allowed)}. Models that read ${ARTICLES[modality]}: ${listed(others)}.`,
    );
  });
}

const asList = <Item>(input: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(input) ? (input as readonly Item[]) : [input as Item];

/** `late_chunking` and the like are refused where the model's own schema does not have them. */
function checkOption(entry: ModelEntry, option: EmbeddingOption, requested: boolean): void {
  if (!requested || entry.options.includes(option)) return;
  const others = CATALOGUE.filter((other) => other.options.includes(option)).map((other) => other.id);
  throw invalid(option, `${entry.id} does not have ${option}. Models that do: ${listed(others)}.`);
}

type Role = 'query' | 'passage';

/** The halves that a directional task name ends in. */
const endsInRole = (task: string): boolean => task.endsWith('.query') || task.endsWith('.passage');

/** The task, completed by `prompt_name` or `input_type` where those say query or passage. */
function resolveTask(
  request: Pick<ParsedMultiVectorRequest, 'task' | 'prompt_name' | 'input_type'>,
  entry: ModelEntry,
): string | null {
  const names = Object.keys(entry.tasks);
  const { prompt_name: promptName } = request;
  // ColBERT models have a role of their own; elsewhere `input_type` is other clients' word for the direction.
  const ownRole = entry.options.includes('input_type');
  const inputRole: Role | undefined =
    ownRole || request.input_type == null ? undefined : request.input_type === 'query' ? 'query' : 'passage';
  const role = promptName ?? inputRole;
  const roleField = promptName == null ? 'input_type' : 'prompt_name';

  if (names.length === 0) {
    if (request.task != null) throw invalid('task', `${entry.id} has no tasks. Leave task out.`);
    // Query and passage are the same vector here, so a direction changes nothing; a named prompt does not exist.
    if (promptName != null && !ownRole) {
      throw invalid('prompt_name', `${entry.id} has no prompts. Leave prompt_name out.`);
    }
    return null;
  }
  const enumeration = `Input should be ${names.map((name) => `'${name}'`).join(', ')}`;
  if (role === undefined) {
    if (request.task == null) return entry.defaultTask;
    if (!names.includes(request.task)) throw invalid('task', enumeration);
    return request.task;
  }
  const base = request.task ?? directionalDefault(entry);
  if (base === null)
    throw invalid(roleField, `${entry.id} has no task for a ${role}. Leave ${roleField} out.`);
  if (endsInRole(base)) {
    if (!names.includes(base)) throw invalid('task', enumeration);
    if (!base.endsWith(`.${role}`)) {
      throw invalid(roleField, `task ${base} and ${roleField} ${request[roleField]} contradict each other.`);
    }
    return base;
  }
  const completed = `${base}.${role}`;
  if (names.includes(completed)) return completed;
  // A model like jina-clip-v2 has a query task only; its passages have none.
  if (role === 'passage' && names.includes(`${base}.query`)) return null;
  if (!names.includes(base)) throw invalid('task', enumeration);
  throw invalid(roleField, `task ${base} has no query and passage. Leave ${roleField} out.`);
}

/** The directional task that a bare `query` or `passage` means: retrieval, or what the model defaults to. */
function directionalDefault(entry: ModelEntry): string | null {
  const names = Object.keys(entry.tasks);
  if (names.some((name) => name.startsWith('retrieval.'))) return 'retrieval';
  const { defaultTask } = entry;
  return defaultTask !== null && endsInRole(defaultTask)
    ? defaultTask.slice(0, defaultTask.lastIndexOf('.'))
    : null;
}

function checkDimensions(requested: number | null | undefined, entry: ModelEntry): number | undefined {
  if (requested == null) return entry.dimensions;
  const { dimensions: own, dimensionChoices } = entry;
  if (own === undefined && (entry.kind === 'sparse' || entry.kind === 'reranker' || entry.kind === 'chat')) {
    throw invalid('dimensions', `${entry.id} returns no vectors of a fixed size.`);
  }
  if (dimensionChoices && !dimensionChoices.includes(requested)) {
    throw invalid('dimensions', `Input should be ${dimensionChoices.join(', ')}`);
  }
  // The size of a caller's own model is known only from its files: the loader checks it.
  if (own !== undefined && requested > own)
    throw invalid('dimensions', `Input should be less than or equal to ${own}`);
  return requested;
}

/**
 * Checks an embeddings request against its model: task, dimensions, modalities, and options that only some models have.
 * @throws FoundationError INPUT_VALIDATION_FAILED (422) with the API's messages
 */
export function checkEmbeddingsRequest(
  request: ParsedEmbeddingsRequest,
  entry: ModelEntry,
): ResolvedEmbeddings {
  checkOption(entry, 'late_chunking', request.late_chunking);
  // A ColBERT model's vectors are one per token anyway.
  checkOption(entry, 'return_multivector', request.return_multivector && entry.kind !== 'colbert');
  if (request.return_multivector && request.late_chunking) {
    throw invalid('late_chunking', 'late_chunking and return_multivector exclude each other.');
  }
  const inputs = asList<unknown>(request.input);
  if (request.late_chunking) checkModalities(inputs, ['text'], entry, 'input');
  const resolved = checkVectors(request, entry, inputs);
  if (request.return_multivector)
    return { ...resolved, dimensions: entry.multiVectorDimensions ?? entry.dimensions };
  return resolved;
}

/** As {@link checkEmbeddingsRequest}, for a multi-vector request. */
export function checkMultiVectorRequest(
  request: ParsedMultiVectorRequest,
  entry: ModelEntry,
): ResolvedEmbeddings {
  const own = entry.multiVectorDimensions ?? entry.dimensions;
  return checkVectors(request, { ...entry, dimensions: own }, asList<unknown>(request.input));
}

function checkVectors(
  request: ParsedMultiVectorRequest,
  entry: ModelEntry,
  inputs: readonly unknown[],
): ResolvedEmbeddings {
  checkModalities(inputs, entry.modalities, entry, 'input');
  if (inputs.length > 1) {
    const pdf = inputs.findIndex((input) => modalityOf(input) === 'pdf');
    if (pdf >= 0) throw invalid(`input.${pdf}`, 'A PDF is sent alone, not in a list.');
  }
  const task = resolveTask(request, entry);
  const role = request.input_type ?? (request.prompt_name === 'query' ? 'query' : 'document');
  return {
    task,
    prompt: task === null ? '' : (entry.tasks[task]?.prompt ?? ''),
    inputType: role,
    dimensions: checkDimensions(request.dimensions, entry),
  };
}

/**
 * Images, `fusion`, `max_doc_length` and `return_embeddings` where the reranker has them.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function checkRerankRequest(request: ParsedRerankRequest, entry: ModelEntry): void {
  checkModalities(
    request.documents,
    entry.kind === 'reranker' ? entry.modalities : ['text'],
    entry,
    'documents',
  );
  if (request.fusion != null && !entry.fusion) {
    const others = CATALOGUE.filter((other) => other.fusion).map((other) => other.id);
    throw invalid('fusion', `${entry.id} does not have fusion. Models that do: ${listed(others)}.`);
  }
  if (entry.family === 'jina-reranker-v3') return;
  const only = 'It is an option of jina-reranker-v3.';
  if (request.max_doc_length != null) {
    throw invalid('max_doc_length', `${entry.id} does not have max_doc_length. ${only}`);
  }
  if (request.return_embeddings) {
    throw invalid('return_embeddings', `${entry.id} does not have return_embeddings. ${only}`);
  }
}

/**
 * Inputs that the model classifies.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function checkClassifyRequest(request: ParsedClassifyRequest, entry: ModelEntry): void {
  checkModalities(
    asList<unknown>(request.input),
    entry.classifyModalities ?? entry.modalities,
    entry,
    'input',
  );
}

/**
 * Examples that the model learns from.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function checkTrainRequest(request: ParsedTrainRequest, entry: ModelEntry): void {
  checkModalities(request.input, entry.trainModalities ?? entry.modalities, entry, 'input');
}
