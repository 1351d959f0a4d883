import { FoundationError } from '@nearfield/spec';
import { yieldToMessages } from '../../async/yield-to-messages.ts';

/** What a text is read with, and what its request says of long ones. */
export interface ReadTextOptions {
  /** Name of the model, for errors. */
  model: string;
  /** Context in tokens. */
  maxTokens: number;
  /** Whether texts that are too long are cut. Default: they are refused; undefined where a request has no say. */
  truncate?: boolean | undefined;
  /** The request's field that a text came from, for errors. Default `input.<index>`. */
  fieldOf?: ((index: number) => string) | undefined;
}

/** The field of an item where a request says nothing else. */
export const inputField = (index: number): string => `input.${index}`;

/**
 * Refuses a text that has more tokens than the model reads, unless it may be cut.
 * @throws FoundationError INPUT_TOKEN_LIMIT_EXCEEDED
 */
export function checkLength(
  fullLength: number,
  index: number,
  { model, maxTokens, truncate, fieldOf = inputField }: ReadTextOptions,
): void {
  if (fullLength <= maxTokens || truncate) return;
  const field = fieldOf(index);
  const name = field === inputField(index) ? `Input ${index}` : field;
  const advice = truncate === false ? 'Shorten it, split it, or set truncate to true' : 'Shorten or split it';
  throw new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `${name} has ${fullLength} tokens; ${model} reads at most ${maxTokens}. ${advice}.`,
    param: field,
  });
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for more dimensions than the model's files give. */
export function checkDimensions(asked: number | undefined, own: number): number {
  if (asked === undefined) return own;
  if (asked <= own) return asked;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `dimensions: Input should be less than or equal to ${own}`,
    param: 'dimensions',
  });
}

/** Milliseconds of reading after which messages are let in: half a frame, little beside a batch. */
const TURN = 8;

/**
 * Reads (tokenises) items one after the other and lets messages in now and then: two thousand long texts take a
 * second, in which a waiting search would not be answered and an abort not be seen.
 * @throws the signal's reason.
 */
export async function readInTurns<Item, Result>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  read: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let start = performance.now();
  for (const [index, item] of items.entries()) {
    if (performance.now() - start > TURN) {
      await yieldToMessages();
      signal?.throwIfAborted();
      start = performance.now();
    }
    results.push(read(item, index));
  }
  return results;
}
