import { embed, FoundationError, findModel } from '@nearfield/spec';
import type { QueryModel } from '../answers.ts';
import type { Manifest } from '../format/manifest.ts';

/** How much of the published numbers a model has to meet, as a cosine: precisions differ, models differ more. */
const LEAST_AGREEMENT = 0.97;

export const sameModel = (left: string, right: string): boolean =>
  left === right || (findModel(left)?.id ?? left) === (findModel(right)?.id ?? right);

/** The task that a model has for a purpose, if it knows tasks. */
export function taskOf(
  model: string,
  purpose: 'query' | 'passage',
): { task?: `retrieval.${typeof purpose}` } {
  const task = `retrieval.${purpose}` as const;
  return Object.hasOwn(findModel(model)?.tasks ?? {}, task) ? { task } : {};
}

/** Checks by what an index holds of its model, by foundation and by the model's name there. */
const checks = new WeakMap<object, WeakMap<object, Map<string, Promise<void>>>>();

/**
 * As {@link checkModel}, once for each index, foundation and model. A model that is another stays so; one that could not
 * be loaded is tried again.
 */
export function checkModelOnce(
  source: QueryModel,
  meaning: Pick<NonNullable<Manifest['meaning']>, 'model' | 'dimensions' | 'goldens'>,
): Promise<void> {
  const { foundation, model } = source;
  const ofIndex = checks.get(meaning) ?? new WeakMap<object, Map<string, Promise<void>>>();
  const ofFoundation = ofIndex.get(foundation) ?? new Map<string, Promise<void>>();
  checks.set(meaning, ofIndex.set(foundation, ofFoundation));
  const before = ofFoundation.get(model);
  if (before !== undefined) return before;
  const checking = checkModel(source, meaning);
  ofFoundation.set(model, checking);
  checking.catch((error: unknown) => {
    const isOther = FoundationError.isInstance(error) && error.code === 'SELF_CHECK_FAILED';
    if (!isOther) ofFoundation.delete(model);
  });
  return checking;
}

/**
 * Makes sure that a model is the one that embedded an index's passages: it has its name, and makes the same numbers of
 * the manifest's texts.
 *
 * @throws FoundationError SELF_CHECK_FAILED if it is another; what the foundation throws.
 */
export async function checkModel(
  { foundation, model }: QueryModel,
  meaning: Pick<NonNullable<Manifest['meaning']>, 'model' | 'dimensions' | 'goldens'>,
): Promise<void> {
  const other = (what: string): FoundationError =>
    new FoundationError({
      code: 'SELF_CHECK_FAILED',
      message: `The index was built by ${meaning.model}, ${what}. Search it with that model, or build it again with this one.`,
      param: 'meaning',
    });
  if (!sameModel(model, meaning.model)) throw other(`not by ${model}`);
  const texts = meaning.goldens.map(({ text }) => text);
  const vectors = await embed(foundation, model, texts, taskOf(model, 'passage'));
  for (const [index, { first8 }] of meaning.goldens.entries()) {
    const vector = vectors[index]!;
    if (vector.length !== meaning.dimensions) {
      throw other(`whose vectors have ${meaning.dimensions} numbers; this ${model} makes ${vector.length}`);
    }
    let [product, left, right] = [0, 0, 0];
    for (const [at, expected] of first8.entries()) {
      product += expected * vector[at]!;
      left += expected ** 2;
      right += vector[at]! ** 2;
    }
    // Vectors may begin with zeros.
    const agreement = left === 0 && right === 0 ? 1 : product / Math.sqrt(left * right);
    if (!(agreement >= LEAST_AGREEMENT)) {
      throw other(`and this ${model} makes other numbers of the same text`);
    }
  }
}
