/** Facts from a model's own configuration files, checked before use. */
import { FoundationError } from '@nearfield/spec';

/** The facts of a model's `config.json` that the engine uses. */
export interface ModelConfig {
  /** Number of tokens that the model has positions for; undefined if the file does not state it. */
  readonly maxPositions: number | undefined;
}

/** More positions than any model has: a larger number is a mistake. */
const MOST_POSITIONS = 1e9;

/**
 * Reads a `config.json`.
 * @throws FoundationError MODEL_INVALID naming the invalid entry.
 */
export function parseModelConfig(text: string): ModelConfig {
  const file = 'config.json';
  const config = parseObject(text, file);
  const { model_type: type } = config;
  if (type != null && typeof type !== 'string') throw invalid(file, 'model_type', type, 'a name');
  const inner = config.text_config;
  if (inner != null && !isObject(inner)) throw invalid(file, 'text_config', inner, 'an object');
  const own = positions(config.max_position_embeddings, 'max_position_embeddings');
  const nested = positions(inner?.max_position_embeddings, 'text_config.max_position_embeddings');
  const found = own ?? nested;
  if (found === undefined) return { maxPositions: undefined };
  // RoBERTa numbers its positions from the padding id plus one: two of its embeddings are never used.
  const reserved = /roberta|camembert/i.test(type ?? '') ? 2 : 0;
  if (found <= reserved) {
    throw invalid(file, 'max_position_embeddings', found, `more than ${reserved} for this model_type`);
  }
  return { maxPositions: found - reserved };

  function positions(value: unknown, field: string): number | undefined {
    if (value == null) return undefined;
    if (isCount(value)) return value;
    throw invalid(file, field, value, 'a whole number of tokens, at least 1');
  }
}

/** Whether a value is a possible count. */
export const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_POSITIONS;

/** Lengths from here on mean none: models without a limit have 1e30. */
const NO_LENGTH = 1e7;

/**
 * Checks the entries of a `tokenizer_config.json` that the tokenizer uses.
 * @returns maximum number of tokens per text; undefined if unlimited.
 * @throws FoundationError MODEL_INVALID naming the invalid entry.
 */
export function checkTokenizerConfig(text: string): number | undefined {
  const file = 'tokenizer_config.json';
  const { model_max_length: length } = parseObject(text, file);
  if (length == null) return undefined;
  if (typeof length === 'number' && length >= 1) return length < NO_LENGTH ? length : undefined;
  throw invalid(file, 'model_max_length', length, 'a number of tokens, at least 1');
}

/**
 * A JSON file whose content is not known to be an object.
 * @throws FoundationError MODEL_INVALID
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `The model's ${file} is not JSON.`,
      cause,
    });
  }
}

/**
 * A JSON file that is an object.
 * @throws FoundationError MODEL_INVALID
 */
export function parseObject(text: string, file: string): Record<string, unknown> {
  const value = parseJson(text, file);
  if (isObject(value)) return value;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `The model's ${file} cannot be used: it is ${shown(value)}, not an object.`,
  });
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as JSON, shortened: it may be as long as its file. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The error for an invalid entry of a file. */
export const invalid = (file: string, field: string, value: unknown, wanted: string): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: `The model's ${file} cannot be used: ${field} is ${shown(value)}, not ${wanted}.`,
  });
