import { type EmbeddingTask, FoundationError, findModel, type ModelEntry } from '@nearfield/spec';
import {
  checkEmbeddingsRequest,
  EmbeddingsRequestSchema,
  parseStrictly,
  shortened,
} from '@nearfield/spec/implement';
import { type BatchDefaults, type InputLine, LINE_CHARACTERS } from './batches.ts';
import type { CheckedEmbeddings } from './embeddings.ts';

/** A line of input, read. */
export interface LineRequest {
  customId: string;
  /** The embeddings request, or why it is none. */
  checked: CheckedEmbeddings | FoundationError;
}

const invalid = (param: string, message: string): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, param });

/**
 * Reads a line and adds its missing fields. A line that is not a request has its error as a result.
 * @param number of the line, from 1; its id if it has none
 */
export function readLine(
  line: InputLine,
  number: number,
  { model, entry, defaults }: { model: string; entry: ModelEntry; defaults: BatchDefaults },
): LineRequest {
  let customId = String(number);
  try {
    const { custom_id: name, body, ...others } = objectOf(line);
    if (typeof name === 'string' || typeof name === 'number') customId = String(name);
    else if (name !== undefined && name !== null) throw invalid('custom_id', 'custom_id must be a string.');
    refuseOtherFields(others);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw invalid('body', 'body must be an embeddings request without model.');
    }
    const { model: named, ...rest } = body as Record<string, unknown>;
    if (named !== undefined && named !== null && !isSameModel(named, model)) {
      throw invalid('body.model', `The batch is for ${model}. Leave model out of its lines.`);
    }
    return { customId, checked: check(rest, model, entry, defaults) };
  } catch (error) {
    if (!FoundationError.isInstance(error)) throw error;
    return { customId, checked: error };
  }
}

function objectOf(line: InputLine): Record<string, unknown> {
  if (typeof line === 'number') {
    throw invalid('body', `The line has ${line} characters; at most ${LINE_CHARACTERS} are read.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid('body', 'The line is not JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid('body', 'Each line is an object with custom_id and body.');
}

/** `method` and `url` appear in the lines of OpenAI's clients; only the values of this endpoint are accepted. */
function refuseOtherFields({ method, url, ...others }: Record<string, unknown>): void {
  if (method != null && method !== 'POST') throw invalid('method', 'method can only be POST.');
  if (url != null && url !== '/v1/embeddings') throw invalid('url', 'url can only be /v1/embeddings.');
  const [unknown] = Object.keys(others).filter((name) => others[name] != null);
  if (unknown !== undefined) {
    const name = shortened(unknown);
    throw invalid(name, `Unknown field '${name}'. Each line is an object with custom_id and body.`);
  }
}

function isSameModel(named: unknown, model: string): boolean {
  if (named === model) return true;
  const entry = typeof named === 'string' ? findModel(named) : undefined;
  return entry !== undefined && entry === findModel(model);
}

/**
 * An embeddings request, checked, with the batch's defaults for missing fields.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function check(
  body: Record<string, unknown>,
  model: string,
  entry: ModelEntry,
  defaults: BatchDefaults,
): CheckedEmbeddings {
  // Checked first, so that older names of fields have become the API's when defaults are filled in.
  const named = parseStrictly(EmbeddingsRequestSchema, { ...body, model });
  const request = parseStrictly(EmbeddingsRequestSchema, {
    ...named,
    normalized: body.normalized ?? defaults.normalized,
    dimensions: named.dimensions ?? defaults.dimensions,
    task: named.task ?? taskOf(entry, defaults.task, named.prompt_name != null || named.input_type != null),
  });
  return { request, resolved: checkEmbeddingsRequest(request, entry) };
}

/**
 * The task of lines that name none: the batch's, or `text-matching` if the model has it, as at the API. A bare
 * `retrieval` means that of passages, because batches usually hold a collection.
 */
function taskOf(entry: ModelEntry, task: EmbeddingTask | null, hasRole: boolean): EmbeddingTask | null {
  if (task === null) return !hasRole && Object.hasOwn(entry.tasks, 'text-matching') ? 'text-matching' : null;
  const ofPassages = `${task}.passage`;
  return !hasRole && !Object.hasOwn(entry.tasks, task) && Object.hasOwn(entry.tasks, ofPassages)
    ? (ofPassages as EmbeddingTask)
    : task;
}
