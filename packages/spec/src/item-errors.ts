import { FoundationError } from './errors.ts';
import { invalid } from './invalid.ts';
import type { CallOptions } from './progress.ts';

/** An input that failed by itself, while others of its call were answered. */
export interface ItemError {
  /** Position in the request's `input`; of one that is no list, 0. */
  index: number;
  /** The error that the call would have rejected with. Its `param` names the input, such as `input.4.image`. */
  error: FoundationError;
}

/** The second argument of methods that answer each of their inputs. */
export interface ItemCallOptions extends CallOptions {
  /**
   * Outcome of a call in which single inputs fail: a picture that cannot be read, a text that is too long without
   * `truncate`, an input that the model does not take.
   *
   * - `throw`: the call rejects with the first of them.
   * - `collect`: the call resolves. `data` has the others, each with its position in the request as `index`, `errors`
   *   those that failed, in their order. If all failed, `data` is empty. `usage` counts the answered inputs.
   *
   * Everything else still rejects: faults of the request or its model, a failed download, an abort. With
   * `late_chunking` the inputs are one text, so that none fails alone.
   *
   * The API has no such option. There, a call that failed is sent again in parts without the inputs at fault: it takes
   * more requests (up to two per failing input), each of which counts the labels, and a call with very many such inputs
   * rejects. If no input is left, nothing is sent, and the model is not checked.
   *
   * @default 'throw'
   */
  errors?: 'throw' | 'collect' | undefined;
  /**
   * Keeps what succeeded. As `errors: 'collect'`, and a client that divides a call over several requests also resolves if
   * some of these failed for good (a server error, a time limit): `errors` then names each of their inputs. A call of
   * which no input was answered rejects, as does one that was aborted.
   * @default false
   */
  partial?: boolean | undefined;
}

/** A response to a call with these options: it has `errors` if they collect them. */
export type WithItemErrors<Response, Options> = Options extends { errors: 'collect' } | { partial: true }
  ? Response & { errors: ItemError[] }
  : Response;

/**
 * Whether a call collects the errors of its inputs.
 * @throws FoundationError INPUT_VALIDATION_FAILED for any other value of the option
 */
export function collectsErrors({ errors, partial }: ItemCallOptions): boolean {
  if (partial === true) return true;
  if (errors === undefined || errors === 'throw' || errors === 'collect') return errors === 'collect';
  throw invalid('errors', 'The option errors must be throw or collect.', { type: 'enum' });
}

const ITEM = /^input\.(\d+)(?=\.|$)/;

const positionIn = (field: string | undefined): number | undefined => {
  const position = ITEM.exec(field ?? '')?.[1];
  return position === undefined ? undefined : Number(position);
};

/** Positions of the inputs that an error is about; none if it is about something else. */
export function failedItems(error: unknown): number[] {
  if (!FoundationError.isInstance(error)) return [];
  const fields = [error.param, ...(error.issues ?? []).map(({ field }) => field)];
  const positions = fields.map(positionIn);
  // An error that is also about another field is not an input's alone.
  if (positions.includes(undefined)) return [];
  return [...new Set(positions as number[])].sort((a, b) => a - b);
}

/** An error about the input at one position, restated for another position and for that input alone. */
export function itemErrorAt(error: FoundationError, from: number, to: number): FoundationError {
  const field = (name: string): string => name.replace(ITEM, `input.${to}`);
  const own = error.issues?.filter((issue) => positionIn(issue.field) === from);
  const issues = own?.map((issue) => ({ ...issue, field: field(issue.field) }));
  const [first] = issues ?? [];
  const isOfSeveral = (own?.length ?? 0) < (error.issues?.length ?? 0);
  const message =
    isOfSeveral && first
      ? `Validation error: '${first.field}': ${first.message}`
      : error.message.replaceAll(new RegExp(`\\b([Ii]nput[ .])${from}\\b`, 'g'), `$1${to}`);
  const { code, status, requestId, retryable, retryAfter, cause } = error;
  const param = isOfSeveral && first ? first.field : error.param && field(error.param);
  return new FoundationError({
    code,
    message,
    status,
    param,
    requestId,
    retryable,
    retryAfter,
    issues,
    cause,
  });
}

const restated = (text: string, offset: number): string =>
  text.replaceAll(/\b([Ii]nput[ .])(\d+)\b/g, (_, name: string, at: string) => name + (Number(at) + offset));

/** An error about inputs of a part of a request, with their positions in the whole. Others stay as they are. */
export function shiftItemError(error: unknown, offset: number): unknown {
  if (offset === 0 || !FoundationError.isInstance(error) || failedItems(error).length === 0) return error;
  const { code, message, status, param, requestId, retryable, retryAfter, issues, cause } = error;
  return new FoundationError({
    code,
    message: restated(message, offset),
    status,
    param: param && restated(param, offset),
    requestId,
    retryable,
    retryAfter,
    issues: issues?.map((issue) => ({ ...issue, field: restated(issue.field, offset) })),
    cause,
  });
}

/** The field that holds a request's inputs. */
const inputField = (request: unknown): string =>
  FIELDS.find((each) => (request as Record<string, unknown> | null)?.[each] !== undefined) ?? 'input';

/**
 * Checks a request whose list of inputs may be longer than one request of the API: in parts of up to `most`.
 * @throws FoundationError of `check`, with positions in the whole list
 */
export function checkInParts<Checked extends { input?: unknown }>(
  request: object,
  most: number,
  check: (request: object) => Checked,
): Checked {
  const name = inputField(request);
  const inputs = (request as Record<string, unknown> | null)?.[name];
  if (!Array.isArray(inputs) || inputs.length <= most) return check(request);
  let first: Checked | undefined;
  const all: unknown[] = [];
  for (let start = 0; start < inputs.length; start += most) {
    try {
      const part = check({ ...request, [name]: inputs.slice(start, start + most) });
      first ??= part;
      all.push(...(part.input as unknown[]));
    } catch (error) {
      throw shiftItemError(error, start);
    }
  }
  return { ...first!, input: all };
}

/** A request without the inputs that do not pass a check. */
export interface SiftedRequest<Checked> {
  /** The checked rest; undefined if nothing is left. */
  checked: Checked | undefined;
  /** Position in the request of each input that is left. */
  kept: number[];
  errors: ItemError[];
}

/** Names of the field in requests, older clients' included. */
const FIELDS = ['input', 'texts', 'content'];

/**
 * Checks a request, and where inputs fail, the rest of it.
 * @param check throws a request's fault; the inputs of those that it is given are always a list
 * @throws FoundationError about more than an input
 */
export function siftInputs<Checked>(
  request: object,
  check: (request: object) => Checked,
): SiftedRequest<Checked> {
  const name = inputField(request);
  const given = (request as Record<string, unknown> | null)?.[name];
  const isOne = typeof given === 'string' || (typeof given === 'object' && given !== null);
  if (!isOne || (Array.isArray(given) && given.length === 0)) {
    return { checked: check(request), kept: [0], errors: [] };
  }
  const inputs: readonly unknown[] = Array.isArray(given) ? given : [given];
  const errors: ItemError[] = [];
  const checkOf = (some: readonly unknown[]): Checked => check({ ...request, [name]: some });
  let kept = inputs.map((_, index) => index);
  while (kept.length > 0) {
    let beside: FoundationError;
    try {
      return { checked: checkOf(kept.map((index) => inputs[index])), kept, errors: inOrder(errors) };
    } catch (error) {
      if (failedItems(error).length === 0) throw error;
      beside = error as FoundationError;
    }
    // Each by itself: an error of the whole lists only the first few.
    const fitting = kept.filter((index) => {
      try {
        checkOf([inputs[index]]);
        return true;
      } catch (error) {
        if (failedItems(error).length === 0) throw error;
        errors.push({ index, error: itemErrorAt(error as FoundationError, 0, index) });
        return false;
      }
    });
    if (fitting.length === kept.length) {
      // It fails beside others only, such as a PDF.
      const at = failedItems(beside)[0]!;
      const [index] = fitting.splice(at, 1);
      errors.push({ index: index!, error: itemErrorAt(beside, at, index!) });
    }
    kept = fitting;
  }
  // Nothing is left to answer; faults in the rest of the request still have to be reported.
  try {
    checkOf(['-']);
  } catch (error) {
    if (failedItems(error).length === 0) throw error;
  }
  return { checked: undefined, kept, errors: inOrder(errors) };
}

const inOrder = (errors: ItemError[]): ItemError[] => errors.sort((a, b) => a.index - b.index);
