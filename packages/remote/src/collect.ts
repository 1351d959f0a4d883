import { FoundationError, type ItemError } from '@nearfield/spec';
import {
  collectsErrors,
  failedItems,
  type ItemCallOptions,
  itemErrorAt,
  shiftItemError,
  siftInputs,
} from '@nearfield/spec/implement';
import { asList, type Group, groupsOf, type SplitOptions } from './groups.ts';
import type { ItemsAnswer, ItemsMethod } from './items.ts';

/** Requests per call and group. Beyond, so many inputs fail that further requests would only load the server. */
const MOST_REQUESTS = 100;

/** What the groups of a call have come to. */
interface Outcome<Answer> {
  answers: Answer[];
  errors: ItemError[];
  /** The first failure of a group as a whole. */
  failure?: unknown;
}

/**
 * A call whose inputs are sent in several requests.
 *
 * With `errors: 'collect'`, inputs that fail by themselves are separated. The API answers all inputs of a request or
 * none: if its error names an input, the inputs before and after it are sent again, each at most once per input that
 * fails; if it names none, halves are, until single inputs fail. With `partial`, requests that fail count as their
 * inputs' failures.
 *
 * @throws FoundationError about more than an input
 */
export async function answerApart<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
  request: object,
  options: ItemCallOptions,
  method: ItemsMethod<Parsed, Answer>,
  split: SplitOptions,
): Promise<Answer> {
  const isCollecting = collectsErrors(options);
  const { checked, kept, errors } = isCollecting
    ? siftInputs(request, method.check)
    : { checked: method.check(request), kept: undefined, errors: [] };
  const inputs = asList(checked?.input);
  const positions: Group = kept ?? inputs.map((_, index) => index);
  const groups = checked ? groupsOf(inputs, split).map((group) => group.map((at) => positions[at]!)) : [];
  const left = new AbortController();
  const { signal, partial } = options;
  const innerSignal = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const remaining = deadline(options, split);
  const total = inputs.length + errors.length;
  const outcome: Outcome<Answer> = { answers: [], errors };
  const inputAt = new Map(positions.map((position, at) => [position, inputs[at]]));
  let tokens = 0;
  let done = 0;
  const answered = (answer: Answer, count: number): void => {
    outcome.answers.push(answer);
    tokens += answer.usage.total_tokens;
    done += count;
    if (isPart && done + outcome.errors.length < total) method.progress({ done, total }, tokens);
  };
  const queue = [...groups];
  const isPart = groups.length > 1;
  const run = async (): Promise<void> => {
    for (let group = queue.shift(); group; group = queue.shift()) await answerGroup(group);
  };

  async function answerGroup(first: Group): Promise<void> {
    const waiting: Group[] = [first];
    for (let requests = 1; waiting.length > 0; requests++) {
      const group = waiting.shift()!;
      const input = group.map((position) => inputAt.get(position));
      try {
        const answer = await method.send(
          { ...checked!, input },
          { ...remaining(), signal: innerSignal },
          isPart,
        );
        // A PDF has more results than inputs: those keep the numbers that they have.
        const data = answer.data.map((item) => ({ ...item, index: group[item.index] ?? item.index }));
        answered({ ...answer, data }, group.length);
      } catch (error) {
        if (!isCollecting) throw shiftItemError(error, group[0]!);
        const failed = atFault(error, group.length);
        if (!failed || requests >= MOST_REQUESTS) {
          if (!partial || !isOfRequest(error)) throw error;
          outcome.failure ??= error;
          outcome.errors.push(...group.map((index) => ({ index, error })));
          continue;
        }
        for (const at of failed) {
          const index = group[at]!;
          outcome.errors.push({ index, error: itemErrorAt(error as FoundationError, at, index) });
        }
        waiting.unshift(...(failed.length > 0 ? between(group, failed) : halves(group)));
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(split.atOnce, groups.length) }, run));
  } catch (error) {
    // Nobody wants the others' answers.
    left.abort(error);
    throw error;
  }
  if (outcome.answers.length === 0 && outcome.failure !== undefined) throw outcome.failure;
  const answer = joined(outcome.answers, method.empty);
  method.progress({ done: total, total }, answer.usage.total_tokens);
  return isCollecting ? { ...answer, errors: errors.sort((a, b) => a.index - b.index) } : answer;
}

/** The options of each request: together they take no longer than the call may. */
function deadline(options: ItemCallOptions, { now }: SplitOptions): () => ItemCallOptions {
  const { timeout } = options;
  if (timeout === undefined) return () => options;
  const end = now() + timeout;
  return () => ({ ...options, timeout: Math.max(1, end - now()) });
}

/** A failure of one request that says nothing against the others. */
const isOfRequest = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code !== 'CLOSED';

/** Answers as one: results in the order of the inputs, counts together. */
function joined<Answer extends ItemsAnswer>(answers: readonly Answer[], empty: () => Answer): Answer {
  const all = answers.length > 0 ? answers : [empty()];
  return {
    ...all[0]!,
    data: all.flatMap(({ data }) => data).sort((a, b) => a.index - b.index),
    usage: sum(all.map(({ usage }) => usage)),
  };
}

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
function between(group: Group, positions: readonly number[]): Group[] {
  const ends = [...positions, group.length];
  return ends
    .map((end, at) => group.slice(at === 0 ? 0 : ends[at - 1]! + 1, end))
    .filter((part) => part.length > 0);
}

function halves(group: Group): Group[] {
  const middle = group.length >> 1;
  return [group.slice(0, middle), group.slice(middle)];
}

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
