import { createNodeFoundation } from '@nearfield/core/node';
import { embeddedMiniLMDirectory } from '@nearfield/embedded-minilm';
import { median } from './statistics.ts';

const MODEL = 'all-MiniLM-L6-v2';

/** Milliseconds that the same engine takes with onnxruntime-node: what this CPU can do without a browser. */
export async function measureNative(
  texts: string[],
  { dtype, threads, rounds }: { dtype: 'q8' | 'fp32'; threads: number; rounds: number },
): Promise<number> {
  const foundation = createNodeFoundation({
    models: [{ id: MODEL, source: embeddedMiniLMDirectory() }],
    dtype,
    threads,
  });
  const request = { model: MODEL, input: texts, truncate: true };
  await foundation.embeddings({ ...request, input: texts.slice(0, 32) });
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await foundation.embeddings(request);
    times.push(performance.now() - start);
  }
  await foundation.close();
  return median(times);
}
