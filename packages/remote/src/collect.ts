import { FoundationError, type ItemError } from '@nearfield/spec';
import {
  collectsErrors,
  failedItems,
  type ItemCallOptions,
  itemErrorAt,
  siftInputs,
} from '@nearfield/spec/implement';

/** Requests per call. Beyond, so many inputs fail that further requests would only load the server. */
const MOST_REQUESTS = 100;

/** An answer's parts that have to be put together. */
export interface ItemsAnswer {
  data: { index: number }[];
  usage: { total_tokens: number };
}

/** The requests of a call. */
export interface CollectOptions<Parsed extends { input?: unknown }, Answer extends ItemsAnswer> {
  /** @throws FoundationError the request's fault */
  check: (request: object) => Parsed;
  /** One request. Its answer has the positions of its own inputs. */
  send: (parsed: Parsed, options: ItemCallOptions) => Promise<Answer>;
  /** The answer if no input is left. */
  empty: () => Answer;
}

/**
 * A call of several inputs, which separates those that fail by themselves. The API answers all inputs of a request or
 * none: if its error names an input, the inputs before and after it are sent again, each at most once per input that
 * fails; if it names none, halves are, until single inputs fail.
 *
 * @throws FoundationError about more than an input; the last error, if a call takes more than `MOST_REQUESTS` requests
 */
export async function collectItems<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
  request: object,
  options: ItemCallOptions,
  { check, send, empty }: CollectOptions<Parsed, Answer>,
): Promise<Answer & { errors: ItemError[] }> {
  const { checked, kept, errors } = siftInputs(request, check);
  const remaining = deadline(options);
  const answers: Answer[] = [];
  const groups: (readonly number[])[] = checked ? [kept] : [];
  const inputs = asList(checked?.input);
  const inputOf = new Map(kept.map((index, at) => [index, inputs[at]]));
  for (let requests = 1; groups.length > 0; requests++) {
    const group = groups.shift()!;
    const input = group.map((index) => inputOf.get(index));
    try {
      const answer = await send({ ...checked!, input }, remaining());
      // A PDF has more results than inputs: those keep the numbers that they have.
      const data = answer.data.map((item) => ({ ...item, index: group[item.index] ?? item.index }));
      answers.push({ ...answer, data });
    } catch (error) {
      const positions = atFault(error, group.length);
      if (!positions || requests >= MOST_REQUESTS) throw error;
      for (const at of positions) {
        errors.push({ index: group[at]!, error: itemErrorAt(error as FoundationError, at, group[at]!) });
      }
      groups.unshift(...(positions.length > 0 ? between(group, positions) : halves(group)));
    }
  }
  if (answers.length === 0) answers.push(empty());
  return {
    ...answers[0]!,
    data: answers.flatMap(({ data }) => data).sort((a, b) => a.index - b.index),
    usage: sum(answers.map(({ usage }) => usage)),
    errors: errors.sort((a, b) => a.index - b.index),
  };
}

/** Whether a call is one whose errors are collected; the chunks of one text are no inputs that could fail alone. */
export const collects = (request: object, options: ItemCallOptions): boolean =>
  collectsErrors(options) && (request as { late_chunking?: unknown } | undefined)?.late_chunking !== true;

/**
 * Positions of the inputs that failed; none if the error does not say which; undefined if it is about something
 * else.
 */
function atFault(error: unknown, count: number): number[] | undefined {
  if (!FoundationError.isInstance(error)) return undefined;
  const named = failedItems(error);
  if (named.length > 0) return named.every((at) => at < count) ? named : undefined;
  const { code, status, param, issues } = error;
  const isOfInputs =
    (code === 'INPUT_TOKEN_LIMIT_EXCEEDED' || (code === 'INPUT_VALIDATION_FAILED' && status !== 413)) &&
    (param === undefined || param === 'input') &&
    !issues?.some(({ field }) => field !== 'input');
  if (!isOfInputs) return undefined;
  return count === 1 ? [0] : [];
}

/** The inputs before, between and after some positions. */
function between(group: readonly number[], positions: readonly number[]): (readonly number[])[] {
  const ends = [...positions, group.length];
  return ends
    .map((end, at) => group.slice(at === 0 ? 0 : ends[at - 1]! + 1, end))
    .filter((part) => part.length > 0);
}

function halves(group: readonly number[]): (readonly number[])[] {
  const middle = group.length >> 1;
  return [group.slice(0, middle), group.slice(middle)];
}

const asList = (input: unknown): readonly unknown[] => (Array.isArray(input) ? input : [input]);

/** Counts of several answers together. */
function sum(usages: readonly { total_tokens: number }[]): { total_tokens: number } {
  const total: Record<string, number> & { total_tokens: number } = { total_tokens: 0 };
  for (const usage of usages) {
    for (const [name, count] of Object.entries(usage)) {
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count;
    }
  }
  return total;
}

/** The options of each request: together they take no longer than the call may. */
function deadline(options: ItemCallOptions): () => ItemCallOptions {
  const { timeout } = options;
  if (timeout === undefined) return () => options;
  const end = performance.now() + timeout;
  return () => ({ ...options, timeout: Math.max(1, end - performance.now()) });
}
