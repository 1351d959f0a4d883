import { checkInParts, collectsErrors, type ItemCallOptions } from '@nearfield/spec/implement';
import { asList, groupsOf, isWhole, type SplitOptions } from './groups.ts';
import { loaded } from './loaded.ts';

/** An answer's parts that have to be put together. */
export interface ItemsAnswer {
  data: { index: number }[];
  usage: { total_tokens: number };
}

/** The requests of a call. */
export interface ItemsMethod<Parsed extends { input?: unknown }, Answer extends ItemsAnswer> {
  /** Inputs of one request of the API. */
  most: number;
  /** @throws FoundationError the request's fault */
  check: (request: object) => Parsed;
  /** One request. Its answer has the positions of its own inputs. @param isPart whether the call has others */
  send: (parsed: Parsed, options: ItemCallOptions, isPart: boolean) => Promise<Answer>;
  /** The answer if no input is left. */
  empty: () => Answer;
  /** A request was answered. */
  progress: (inputs: { done: number; total: number }, tokens: number) => void;
}

/**
 * A call of several inputs: in one request if it fits, otherwise in as many as the limits need, several at a time. The
 * answer has all results in the order of the inputs, and the sum of what the requests used.
 *
 * @throws FoundationError about more than an input
 */
export async function answerItems<Parsed extends { input?: unknown }, Answer extends ItemsAnswer>(
  request: object,
  options: ItemCallOptions,
  method: ItemsMethod<Parsed, Answer>,
  split: SplitOptions,
): Promise<Answer> {
  const whole = isWhole(request);
  const check = (each: object): Parsed =>
    whole
      ? method.check(each)
      : checkInParts(each, split.isOn ? method.most : Number.POSITIVE_INFINITY, method.check);
  if (!collectsErrors(options) || whole) {
    const checked = check(request);
    const inputs = asList(checked.input);
    if (whole || groupsOf(inputs, split).length === 1) {
      const answer = await method.send(checked, options, false);
      method.progress({ done: inputs.length, total: inputs.length }, answer.usage.total_tokens);
      // Without an error, all inputs were answered.
      return collectsErrors(options) ? { ...answer, errors: [] } : answer;
    }
  }
  const { answerApart } = await loaded(() => import('./collect.ts'));
  return answerApart(request, options, { ...method, check }, split);
}
