/** What onnxruntime computes of a graph: the independent reference of the planner's tests. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EncoderText } from '../src/index.ts';

/** An open graph. */
export class OnnxReference {
  readonly #session: InferenceSession;
  readonly #output: string;

  private constructor(session: InferenceSession, output: string) {
    this.#session = session;
    this.#output = output;
  }

  static async open(bytes: Uint8Array, output: string): Promise<OnnxReference> {
    const options = { graphOptimizationLevel: 'basic', intraOpNumThreads: 1, logSeverityLevel: 4 } as const;
    return new OnnxReference(await InferenceSession.create(bytes, options), output);
  }

  /**
   * Vectors of texts as one padded batch: for each its rows one after the other.
   * @param task of graphs that have some.
   */
  async run(texts: readonly EncoderText[], task = 0): Promise<Float32Array[]> {
    const longest = Math.max(...texts.map(({ ids }) => ids.length));
    const feed = (value: (text: EncoderText, at: number) => number): Tensor => {
      const data = BigInt64Array.from(
        texts.flatMap((text) => Array.from({ length: longest }, (_, at) => BigInt(value(text, at)))),
      );
      return new Tensor('int64', data, [texts.length, longest]);
    };
    const all: Record<string, Tensor> = {
      input_ids: feed(({ ids }, at) => ids[at] ?? 1),
      attention_mask: feed(({ ids, seen = ids.length }, at) => Number(at < seen)),
      token_type_ids: feed(({ types }, at) => types?.[at] ?? 0),
      position_ids: feed((_, at) => at),
      task_id: new Tensor('int64', [BigInt(task)], []),
    };
    const feeds = Object.fromEntries(this.#session.inputNames.map((name) => [name, all[name]!]));
    const output = (await this.#session.run(feeds, [this.#output]))[this.#output]!;
    const data = output.data as Float32Array;
    const perText = data.length / texts.length;
    const width = output.dims.at(-1)!;
    const isPerToken = output.dims.length === 3 && output.dims[1] === longest;
    return texts.map(({ ids }, index) => {
      const start = index * perText;
      return data.slice(start, start + (isPerToken ? ids.length * width : perText));
    });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Least cosine of rows of this width; of single numbers, 1 less the largest difference. */
export function agreement(found: Float32Array, expected: Float32Array, width: number): number {
  if (found.length !== expected.length) return Number.NaN;
  let least = 1;
  for (let start = 0; start < found.length; start += width) {
    let [dot, own, other] = [0, 0, 0];
    for (let at = start; at < start + width; at++) {
      dot += found[at]! * expected[at]!;
      own += found[at]! ** 2;
      other += expected[at]! ** 2;
    }
    const cosine = dot / Math.sqrt(own * other);
    // Of equal direction, yet longer: another normalisation.
    const length = Math.min(own / other, other / own) ** 0.5;
    const value = width === 1 ? 1 - Math.abs(found[start]! - expected[start]!) : Math.min(cosine, length);
    if (!(value >= least)) least = value;
  }
  return least;
}
