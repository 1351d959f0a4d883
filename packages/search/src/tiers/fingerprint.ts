import { embed, FoundationError } from '@nearfield/spec';
import type { Manifest } from '../format/manifest.ts';
import type { Engine } from './optional-model.ts';

/**
 * Distance that the first numbers of a golden may have, as a share of the length that they have on average. Precisions
 * of one model stay below .2, the numbers of two models are about 1.4 apart.
 */
const ALIKE = 0.4;

/**
 * Embeds the index's golden texts and compares them with what its model made of them.
 *
 * @throws FoundationError MODEL_INVALID if the engine's model is another than the index was built with.
 */
export async function checkFingerprint(
  engine: Engine,
  { model, goldens, dimensions }: NonNullable<Manifest['meaning']>,
): Promise<void> {
  const texts = goldens.map(({ text }) => text);
  const vectors = await embed(engine as Parameters<typeof embed>[0], model, texts);
  for (const [index, { first8 }] of goldens.entries()) {
    const vector = vectors[index]!;
    const usual = Math.sqrt(first8.length / dimensions);
    if (vector.length === dimensions && distance(vector, first8) <= ALIKE * usual) continue;
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `The index was built with another model than the engine's ${model}: it embeds "${texts[index]}" otherwise. Build the index with that engine, or give the page the engine that built it.`,
    });
  }
}

/** Of the first numbers. */
const distance = (vector: Float32Array, first: readonly number[]): number =>
  Math.hypot(...first.map((value, at) => value - vector[at]!));
