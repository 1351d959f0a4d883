import { createNodeFoundation } from '@nearfield/core/node';
import { type BenchModel, modelDirectory } from './models.ts';
import { median } from './statistics.ts';

/** Milliseconds that the same engine takes with onnxruntime-node: what this CPU can do without a browser. */
export async function measureNative(
  texts: string[],
  {
    model,
    dtype,
    threads,
    rounds,
  }: { model: BenchModel; dtype: 'q8' | 'fp32'; threads: number; rounds: number },
): Promise<number> {
  const foundation = createNodeFoundation({
    models: [
      { id: model, source: modelDirectory(model), ...(model === 'tiny' && { like: 'all-MiniLM-L6-v2' }) },
    ],
    dtype,
    threads,
  });
  const request = { model, input: texts, truncate: true };
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
