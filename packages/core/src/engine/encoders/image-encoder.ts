import { type Tail, toHalf } from '@nearfield/onnx';
import type { ImageRecipe } from '../../image/recipe.ts';
import { type Processor, processorOf, type Runtime } from '../runtime/runtime.ts';
import { isFatalRuntimeError } from '../runtime/runtime-errors.ts';
import { type Feed, type Feeds, type GraphInterface, int64 } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import type { BatchBudget } from '../scheduling/batch-plan.ts';
import { batchRuns, type SubmittedBatch, type WorkGroup } from '../scheduling/scheduler.ts';
import type { OutputCheck } from './output-check.ts';
import type { VectorOptions } from './text-encoder.ts';

export interface ImageEncoderOptions {
  session: PooledSession;
  runtime: Runtime;
  model: GraphInterface;
  tail: Tail;
  recipe: ImageRecipe;
  check: OutputCheck;
  /** Inputs of the graph's other half, by the number of pictures, which every run needs too. */
  otherFeeds?: ((rows: number) => Feeds) | undefined;
}

/** Maximum number of pictures per batch: memory grows with each, and a CPU gains nothing from more. */
const BATCH: Record<Processor, BatchBudget> = {
  cpu: { tokens: 2, rows: 2, overhead: 0 },
  gpu: { tokens: 16, rows: 16, overhead: 1 },
};

/** Pixels in the precision that the graph reads: float16 if the export converted its inputs as well. */
export function pixelFeed(
  { model }: Pick<ImageEncoderOptions, 'model'>,
  pixels: Float32Array,
  dims: readonly number[],
): Feed {
  const isHalf = model.inputs.some(({ name, type }) => name === 'pixel_values' && type === 'float16');
  return isHalf ? { type: 'float16', dims, data: toHalf(pixels) } : { type: 'float32', dims, data: pixels };
}

/** A picture encoder: `pixel_values` in, vectors out. */
export class ImageEncoder {
  readonly #options: ImageEncoderOptions;
  readonly #groups = new Map<string, WorkGroup<Float32Array, Float32Array>>();
  #pixels = new Float32Array(0);
  /** Conversion of pictures to `pixel_values`. */
  readonly recipe: ImageRecipe;

  constructor(options: ImageEncoderOptions) {
    this.#options = options;
    this.recipe = options.recipe;
  }

  /**
   * Pictures → one vector each. An item is one picture's preprocessed values [3, height, width] as
   * `writePixelValues` writes them for {@link recipe}. The same object for the same options.
   */
  group({ dimensions, normalized }: VectorOptions): WorkGroup<Float32Array, Float32Array> {
    const key = `${dimensions} ${normalized}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = {
        budget: BATCH[processorOf(this.#options.runtime)],
        lengthOf: () => 1,
        ...batchRuns(this.#options.runtime, (batch: Float32Array[]) =>
          this.#submit(batch, dimensions, normalized),
        ),
        isFatal: isFatalRuntimeError,
      };
      this.#groups.set(key, group);
    }
    return group;
  }

  async #submit(
    batch: readonly Float32Array[],
    dimensions: number,
    normalized: boolean,
  ): Promise<SubmittedBatch<Float32Array>> {
    const { session, tail, recipe, otherFeeds, check } = this.#options;
    const rows = batch.length;
    const size = 3 * recipe.width * recipe.height;
    if (this.#pixels.length < rows * size) this.#pixels = new Float32Array(rows * size);
    const pixels = this.#pixels.subarray(0, rows * size);
    batch.forEach((picture, index) => {
      pixels.set(picture, index * size);
    });
    const dims = [rows, 3, recipe.height, recipe.width];
    const outputName = normalized ? tail.embeddingOutput : tail.pooledOutput!;
    const { values } = await session.submit(
      {
        pixel_values: pixelFeed(this.#options, pixels, dims),
        [tail.dimensionsInput]: int64(dimensions, [1]),
        ...otherFeeds?.(rows),
      },
      [outputName],
    );
    return {
      results: values.then(([data]) => {
        const width = data!.length / rows;
        check.size(width, dimensions);
        check.vectors(data!, width, normalized);
        return batch.map((_, row) => data!.subarray(row * width, (row + 1) * width));
      }),
    };
  }

  async release(): Promise<void> {
    await this.#options.session.close();
  }
}
