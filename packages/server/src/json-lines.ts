import { toWire } from '@nearfield/spec/implement';

/**
 * JSONL of an async iterable. The first line is awaited before this resolves, so that an error that comes at
 * once is still an answer with a status; a later one breaks the stream off.
 */
export async function jsonLinesStream(items: AsyncIterable<unknown>): Promise<ReadableStream<Uint8Array>> {
  const iterator = items[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let next: IteratorResult<unknown> | undefined = await iterator.next();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = next ?? (await iterator.next());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(toWire(value))}\n`));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
