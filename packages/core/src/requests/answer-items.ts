import { type CallOptions, FoundationError, type ItemError } from '@nearfield/spec';
import {
  collectsErrors,
  deserializeError,
  failedItems,
  type ItemCallOptions,
  itemErrorAt,
  type SerializedError,
  serializeError,
  siftInputs,
} from '@nearfield/spec/implement';

/** An item that failed in the engine, as plain data: results cross a worker's boundary. */
export interface FailedItem {
  index: number;
  error: SerializedError;
}

/** An answer of the engine to several items. */
export interface ItemsAnswer {
  data: readonly { index: number }[];
  /** Items that failed, if failures are collected. */
  errors?: FailedItem[] | undefined;
}

/** A response with the items that failed, if failures are collected. */
export type WithFailedItems<Response> = Response & { errors?: FailedItem[] | undefined };

/** Whether the engine answers as many items as it can and reports the rest. */
export interface Collecting {
  collect?: boolean | undefined;
}

/** Failures of items in the engine; nothing is collected if a call fails with the first. */
export class FailedItems {
  readonly #collect: (index: number) => boolean;
  readonly #errors = new Map<number, FoundationError>();

  /** @param collect whether an item's error is collected; those of others are thrown */
  constructor(collect: (index: number) => boolean) {
    this.#collect = collect;
  }

  has(index: number): boolean {
    return this.#errors.has(index);
  }

  /** Collects an item's error. @throws errors that concern other items too, or are not collected */
  note(index: number, error: unknown): void {
    if (!this.#collect(index) || !FoundationError.isInstance(error)) throw error;
    const items = failedItems(error);
    if (items.length !== 1 || items[0] !== index) throw error;
    this.#errors.set(index, error);
  }

  /** In the order of the items. */
  list(): FailedItem[] {
    return [...this.#errors]
      .sort(([left], [right]) => left - right)
      .map(([index, error]) => ({ index, error: serializeError(error) }));
  }
}

/** Steps of answering a request with several items. */
export interface ItemsMethod<Checked extends object, Answer extends ItemsAnswer> {
  /** @throws FoundationError if the request is invalid */
  check: (request: object) => Checked;
  /** Whether the items are parts of one text, so that none fails individually. */
  isWhole?: (() => boolean) | undefined;
  /** Reads the items as the engine will. @throws FoundationError for those that it does not take */
  readItems?: ((checked: Checked) => unknown) | undefined;
  call: (checked: Checked & Collecting, options: CallOptions) => Promise<Answer>;
  /** The answer if no item is left. */
  empty: () => Answer;
}

/**
 * Checks a request and has the engine answer it; with `errors: 'collect'` as many items as possible, under the
 * positions that the items have in the request, and the errors of the rest.
 */
export async function answerItems<Checked extends object, Answer extends ItemsAnswer>(
  request: object,
  options: ItemCallOptions = {},
  { check, isWhole, readItems, call, empty }: ItemsMethod<Checked, Answer>,
): Promise<Answer | (Omit<Answer, 'errors'> & { errors: ItemError[] })> {
  if (!collectsErrors(options)) return call(check(request), options);
  options.signal?.throwIfAborted();
  if (isWhole?.()) return { ...(await call(check(request), options)), errors: [] };
  const { checked, kept, errors } = siftInputs(request, (asked) => {
    const fitting = check(asked);
    readItems?.(fitting);
    return fitting;
  });
  const answer = checked ? await call({ ...checked, collect: true }, options) : empty();
  const failed = (answer.errors ?? []).map(({ index, error }): ItemError => {
    const at = kept[index]!;
    return { index: at, error: itemErrorAt(deserializeError(error) as FoundationError, index, at) };
  });
  return {
    ...answer,
    data: answer.data.map((item) => ({ ...item, index: kept[item.index]! })),
    errors: [...errors, ...failed].sort((a, b) => a.index - b.index),
  };
}
