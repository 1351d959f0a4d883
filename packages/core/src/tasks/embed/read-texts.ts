import { FoundationError } from '@nearfield/spec';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { TextTokenizer } from '../../text/text-tokenizer.ts';

/** Options of reading texts: tokenizer, context, and the treatment of long ones. */
export interface ReadTextOptions {
  /** Name of the model, for errors. */
  model: string;
  /** Context in tokens. */
  maxTokens: number;
  /** Whether texts that are too long are cut. Default: they are refused; undefined if requests have no such option. */
  truncate?: boolean | undefined;
  /** The request's field that a text came from, for errors. Default `input.<index>`. */
  fieldOf?: ((index: number) => string) | undefined;
}

/** The default field of an item. */
export const inputField = (index: number): string => `input.${index}`;

/** Maximum characters that are read to count the tokens of a text that is too long. */
const COUNTED = 4_000_000;

/**
 * The tokens of a text without special tokens, counted part by part while messages are let in.
 * @returns the number as text: `1234`, or `more than 1234` for a text of more than four million characters.
 * @throws the signal's reason.
 */
export async function countTokens(
  tokenizer: TextTokenizer,
  text: string,
  { signal, extra = 0 }: { signal?: AbortSignal | undefined; extra?: number } = {},
): Promise<string> {
  const isCounted = text.length <= COUNTED;
  let count = extra;
  await inTurns(tokenizer.parts(isCounted ? text : text.slice(0, COUNTED)), signal, ({ length }) => {
    count += length;
  });
  return isCounted ? String(count) : `more than ${count}`;
}

/** All tokens of a text without special tokens, read part by part while messages are let in. @throws the signal's reason. */
export async function encodeInTurns(
  tokenizer: TextTokenizer,
  text: string,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const ids: number[] = [];
  await inTurns(tokenizer.parts(text), signal, (part) => {
    for (const id of part) ids.push(id);
  });
  return ids;
}

/**
 * The error of a text that has more tokens than the model reads: INPUT_TOKEN_LIMIT_EXCEEDED.
 * @param length how many it has, special tokens included, in words (see {@link countTokens}).
 */
export function tooLong(
  length: string,
  index: number,
  { model, maxTokens, truncate, fieldOf = inputField }: ReadTextOptions,
): FoundationError {
  const field = fieldOf(index);
  const name = field === inputField(index) ? `Input ${index}` : field;
  const advice = truncate === false ? 'Shorten it, split it, or set truncate to true' : 'Shorten or split it';
  return new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `${name} has ${length} tokens; ${model} reads at most ${maxTokens}. ${advice}.`,
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

/** Milliseconds of reading after which messages are let in: half a frame, little compared with a batch. */
const TURN = 8;

/**
 * Reads (tokenises) items one after the other and lets messages in now and then: two thousand long texts take a
 * second, in which a waiting search would not be answered and an abort not be seen.
 * @throws the signal's reason.
 */
export async function readInTurns<Item, Result>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  read: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  await inTurns(items.entries(), signal, async ([index, item]) => {
    results.push(await read(item, index));
  });
  return results;
}

async function inTurns<Item>(
  items: Iterable<Item>,
  signal: AbortSignal | undefined,
  take: (item: Item) => void | Promise<void>,
): Promise<void> {
  let start = performance.now();
  for (const item of items) {
    if (performance.now() - start > TURN) {
      await yieldToMessages();
      signal?.throwIfAborted();
      start = performance.now();
    }
    await take(item);
  }
}
