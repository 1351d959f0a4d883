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
  /** Those that failed, where they were to be collected. */
  errors?: FailedItem[] | undefined;
}

/** A response with the items that failed, where they were to be collected. */
export type WithFailedItems<Response> = Response & { errors?: FailedItem[] | undefined };

/** Whether the engine answers what it can of a request, and tells of the rest. */
export interface Collecting {
  collect?: boolean | undefined;
}

/** Notes of items that fail in the engine; nothing is collected where a call is to fail with the first. */
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

  /** Notes what an item failed with. @throws what is not about that item alone, or is not to be collected */
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

/** How a request of several items is answered. */
export interface ItemsMethod<Checked extends object, Answer extends ItemsAnswer> {
  /** @throws FoundationError what is wrong with a request */
  check: (request: object) => Checked;
  /** Whether the items are parts of one thing, so that none fails alone. */
  isWhole?: (() => boolean) | undefined;
  /** Reads the items as the engine will. @throws FoundationError for those that it does not take */
  readItems?: ((checked: Checked) => unknown) | undefined;
  call: (checked: Checked & Collecting, options: CallOptions) => Promise<Answer>;
  /** The answer where no item is left. */
  empty: () => Answer;
}

/**
 * Checks a request and has the engine answer it; with `errors: 'collect'` what can be answered of it, under the
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
