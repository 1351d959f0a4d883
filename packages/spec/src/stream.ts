import type { EmbeddingInput, EmbeddingsRequest, EmbeddingsResponseFor } from './endpoints/embeddings.ts';
import type { SearchFoundation } from './foundation.ts';
import type { CallOptions } from './progress.ts';

/** One item of an embedding stream, in the order of the inputs. */
export interface StreamedEmbedding<Request> {
  index: number;
  input: EmbeddingInput;
  embedding: EmbeddingsResponseFor<Request & { input: EmbeddingInput[] }>['data'][number] extends infer Item
    ? Item extends { embedding: infer Embedding }
      ? Embedding
      : never
    : never;
}

/** Options of {@link embedStream}. */
export interface EmbedStreamOptions extends Omit<CallOptions, 'onProgress'> {
  /** Inputs per call: enough for well-filled batches, little enough to hold. @default 256 */
  window?: number | undefined;
  /** Calls in flight: the next is prepared while one is computed. @default 2 */
  ahead?: number | undefined;
}

/**
 * Embeds any number of inputs with bounded memory: reads `inputs` as it goes, keeps at most
 * `window × ahead` of them, and yields the embeddings in input order. Works with every implementation.
 * Leaving the loop early aborts the calls in flight.
 *
 * @example
 * for await (const { index, embedding } of embedStream(foundation, { model }, passages)) index.add(embedding);
 *
 * @throws FoundationError of `embeddings()`; the signal's reason.
 */
export async function* embedStream<const Request extends Omit<EmbeddingsRequest, 'input'>>(
  foundation: Pick<SearchFoundation, 'embeddings'>,
  request: Request,
  inputs: Iterable<EmbeddingInput> | AsyncIterable<EmbeddingInput>,
  { window = 256, ahead = 2, signal, priority = 'bulk', timeout }: EmbedStreamOptions = {},
): AsyncGenerator<StreamedEmbedding<Request>, void, undefined> {
  const left = new AbortController();
  const callSignal = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const flights: { inputs: EmbeddingInput[]; response: Promise<{ data: unknown[] }> }[] = [];
  const reader = windowsOf(inputs, window);
  let index = 0;
  try {
    let exhausted = false;
    for (;;) {
      while (!exhausted && flights.length < ahead) {
        callSignal.throwIfAborted();
        const next = await reader.next();
        if (next.done) {
          exhausted = true;
          break;
        }
        const response = foundation.embeddings(
          { ...request, input: next.value },
          { signal: callSignal, priority, timeout },
        ) as Promise<{ data: unknown[] }>;
        // A later window may fail while an earlier one is awaited; its error is thrown in its turn.
        response.catch(() => {});
        flights.push({ inputs: next.value, response });
      }
      const flight = flights.shift();
      if (!flight) return;
      const { data } = await flight.response;
      for (const [position, item] of data.entries()) {
        yield {
          index: index++,
          input: flight.inputs[position]!,
          embedding: (item as { embedding: never }).embedding,
        };
      }
    }
  } finally {
    left.abort();
    await reader.return(undefined);
  }
}

async function* windowsOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[], void, undefined> {
  let window: Item[] = [];
  for await (const item of items) {
    window.push(item);
    if (window.length === size) {
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}
