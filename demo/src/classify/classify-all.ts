/** Classification of any number of items: as many requests as the contract's limits need. */
import {
  type CallOptions,
  type CallProgress,
  type Classification,
  type ClassifyInput,
  type ClassifyResponse,
  FoundationError,
  type ItemError,
  LIMITS,
  type SearchFoundation,
} from '@nearfield/spec';

/** By labels in words, or by a trained classifier. */
type Request = { model: string; labels: readonly string[]; temperature?: number } | { classifier_id: string };

/** `collect`: items that fail do so alone. */
type ItemOptions = CallOptions & { errors?: 'throw' | 'collect' };

/** Options whose progress counts the items of all requests. */
function counting<Options extends CallOptions>(options: Options, start: number, total: number): Options {
  const onProgress = (event: CallProgress): void => {
    if (event.type !== 'work-progress') options.onProgress?.(event);
    else options.onProgress?.({ ...event, inputs: { done: start + event.inputs.done, total } });
  };
  return { ...options, onProgress };
}

/** An error about one item of a later request, with the item's number among all of them. */
function shifted<Thrown>(error: Thrown, start: number): Thrown | FoundationError {
  if (start === 0 || !FoundationError.isInstance(error)) return error;
  const shift = (text: string): string =>
    text.replace(
      /\b(input\.|Input )(\d+)/u,
      (_, name: string, index: string) => `${name}${Number(index) + start}`,
    );
  const { code, message, status, param, requestId, retryable, retryAfter, issues } = error;
  return new FoundationError({
    ...{ code, status, requestId, retryable, retryAfter },
    message: shift(message),
    param: param && shift(param),
    issues: issues?.map((issue) => ({ ...issue, field: shift(issue.field) })),
    cause: error,
  });
}

/**
 * Classifies any number of inputs, with progress and tokens over all of them. `errors` has those that failed alone, if
 * the options ask for that.
 * @param size inputs of a request. Default: the contract's limit
 */
export async function classifyAll(
  foundation: SearchFoundation,
  request: Request,
  input: readonly ClassifyInput[],
  options: ItemOptions,
  size: number = LIMITS.classify.inputs,
): Promise<ClassifyResponse<Classification> & { errors: ItemError[]; nearfield?: object }> {
  const data: Classification[] = [];
  const errors: ItemError[] = [];
  let tokens = 0;
  let usage: ClassifyResponse['usage'] | undefined;
  /** Who answered, if a router says so. */
  let nearfield: object | undefined;
  // An empty list goes to the foundation as well: its error says what is wrong.
  for (let start = 0; start === 0 || start < input.length; start += size) {
    options.signal?.throwIfAborted();
    const part = input.slice(start, start + size);
    const around = counting(options, start, input.length);
    try {
      const response = (await foundation.classify(
        { ...request, input: part },
        around,
      )) as ClassifyResponse<Classification> & { errors?: ItemError[]; nearfield?: object };
      for (const each of response.data) data.push({ ...each, index: start + each.index });
      for (const { index, error } of response.errors ?? [])
        errors.push({ index: start + index, error: shifted(error, start) });
      usage = response.usage;
      nearfield = response.nearfield;
      tokens += usage.total_tokens;
    } catch (error) {
      throw shifted(error, start);
    }
  }
  return { data, errors, usage: { ...usage!, total_tokens: tokens }, ...(nearfield && { nearfield }) };
}
