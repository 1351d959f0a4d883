/**
 * Compares a loaded model with published values. A wrong kernel, a damaged export or a wrong recipe computes vectors
 * that look like any others: only known results reveal it.
 */
import { type Dtype, FoundationError, type ModelCheck } from '@nearfield/spec';
import type { Golden } from '@nearfield/spec/implement';
import { listwiseBlocks } from '../../models/listwise-blocks.ts';
import { pairWindows } from '../../models/pair-windows.ts';
import { isNotAValue } from '../encoders/output-check.ts';
import type { ReadyPart } from '../encoders/ready.ts';
import type { WorkGroup } from '../scheduling/scheduler.ts';

/** Tolerance of a precision against the published float32 values. */
interface Tolerance {
  /** Least cosine over the published values; over only a few of them rounding weighs more than over all. */
  cosine: number;
  /** Largest difference of a logit. */
  logit: number;
}

/** Measured on all-MiniLM-L6-v2 and on published comparisons of q4 exports, with a margin for other models. */
const TOLERANCE: Record<Dtype, Tolerance> = {
  fp32: { cosine: 0.999, logit: 0.02 },
  fp16: { cosine: 0.99, logit: 0.1 },
  q8: { cosine: 0.9, logit: 0.75 },
  q8e4: { cosine: 0.9, logit: 0.75 },
  int8: { cosine: 0.9, logit: 0.75 },
  uint8: { cosine: 0.9, logit: 0.75 },
  q4: { cosine: 0.85, logit: 1 },
  q4f16: { cosine: 0.85, logit: 1 },
  bnb4: { cosine: 0.85, logit: 1 },
};

/** The length of the published part of a vector may differ from the computed one's by this factor. */
const LENGTH_FACTOR = 1.35;

/** More dimensions than any vector has, so that a tail with this limit keeps all. */
const ALL = 2 ** 31 - 1;

/** Result of a comparison. */
export interface CheckResult extends ModelCheck {
  passed: boolean;
}

/** The goldens that a part can compute: those of its kind, and of tasks that its weights serve. */
export function goldensOf({ definition, part, kind }: ReadyPart): Golden[] {
  return definition.goldens.filter((golden) => {
    if (kind === 'pairs') return golden.kind === 'logit';
    if (kind !== 'text' || golden.kind !== 'embedding') return false;
    return golden.task === undefined || !part.tasks || part.tasks.includes(golden.task);
  });
}

/**
 * Runs a part's goldens. Without goldens, one input is run, and its results must be numbers; that counts as passed,
 * with a note.
 * @throws FoundationError MODEL_INVALID if the width differs from the model's known width.
 */
export async function selfCheck(ready: ReadyPart): Promise<CheckResult> {
  try {
    return await compareAll(ready);
  } catch (error) {
    if (!isNotAValue(error)) throw error;
    const reason = ((error as Error).cause as Error).message;
    return { result: 'skipped', passed: false, goldens: 0, reason };
  }
}

async function compareAll(ready: ReadyPart): Promise<CheckResult> {
  const goldens = goldensOf(ready);
  if (goldens.length === 0) {
    await probe(ready);
    return nothingToCompare(ready);
  }
  const tolerance = TOLERANCE[ready.info.dtype];
  let cosine = Number.POSITIVE_INFINITY;
  let logitError = 0;
  let lengthsFit = true;
  for (const golden of goldens) {
    if (golden.kind === 'embedding') {
      const found = compare(await vectorOf(ready, golden), golden.first);
      cosine = Math.min(cosine, found.cosine);
      lengthsFit &&= found.factor < LENGTH_FACTOR;
    } else {
      logitError = Math.max(logitError, Math.abs((await logitOf(ready, golden)) - golden.value));
    }
  }
  const isVector = Number.isFinite(cosine);
  // Written so that NaN fails.
  const passed = isVector ? cosine >= tolerance.cosine && lengthsFit : logitError <= tolerance.logit;
  return {
    result: 'passed',
    passed,
    goldens: goldens.length,
    ...(isVector ? { cosine } : { logitError }),
    reason: isVector
      ? `cosine ${cosine.toFixed(4)} with published values${lengthsFit ? '' : ', and another length'}; ${ready.info.dtype} needs ${tolerance.cosine}`
      : `logits differ by at most ${logitError.toFixed(3)} from published ones; ${ready.info.dtype} may by ${tolerance.logit}`,
  };
}

/** The error for a model that computes wrong values with every file. */
export function checkFailed(id: string, device: string, attempts: readonly string[]): FoundationError {
  return new FoundationError({
    code: 'SELF_CHECK_FAILED',
    message: `${id} computes wrong values on ${device} (${attempts.join('; ')}). ${
      device === 'webgpu' ? 'Use device "wasm", or another' : 'Use another'
    } dtype; if its files may be damaged, delete them from the cache and load again.`,
  });
}

async function vectorOf(ready: ReadyPart, golden: Golden & { kind: 'embedding' }): Promise<Float32Array> {
  if (ready.kind !== 'text') throw new TypeError('An embedding golden needs a text encoder.');
  const { definition, tokenizer, encoder, info } = ready;
  const task = golden.task ?? definition.entry.defaultTask;
  const prompt = golden.prompted && task !== null ? (definition.entry.tasks[task]?.prompt ?? '') : '';
  const sequence = tokenizer.encode(prompt + golden.text, info.maxTokens);
  return one(encoder.group({ dimensions: ALL, normalized: true, task }), sequence);
}

async function logitOf(ready: ReadyPart, golden: Golden & { kind: 'logit' }): Promise<number> {
  if (ready.kind !== 'pairs') throw new TypeError('A logit golden needs a reranker.');
  const { recipe, tokenizer, encoder, info } = ready;
  const { windows } = pairWindows(tokenizer, golden.query, [golden.document], {
    recipe,
    maxTokens: info.maxTokens,
  });
  return one(encoder.group, windows[0]!);
}

/** The result for a part without goldens that computes numbers. */
export function nothingToCompare({ definition, part }: ReadyPart): CheckResult {
  const why =
    definition.goldens.length === 0 && (definition.ownSizes || definition.own)
      ? `${definition.id} is a model of your own`
      : `none are known for ${definition.id} (${part.graph})`;
  return {
    result: 'skipped',
    passed: true,
    goldens: 0,
    reason: `no published values to compare with: ${why}`,
  };
}

/** One short input of the part's kind. */
async function probe(ready: ReadyPart): Promise<void> {
  const vector = { dimensions: ALL, normalized: true };
  switch (ready.kind) {
    case 'text': {
      const { entry } = ready.definition;
      const task = ready.part.tasks?.[0] ?? entry.defaultTask ?? Object.keys(entry.tasks)[0];
      await one(ready.encoder.group({ ...vector, task }), ready.tokenizer.encode('a', 8));
      return;
    }
    case 'images':
      await one(ready.encoder.group(vector), new Float32Array(3 * ready.recipe.width * ready.recipe.height));
      return;
    case 'colbert':
      await one(ready.encoder.tokens(vector), ready.colbert.document('a', ready.info.maxTokens));
      return;
    case 'pairs': {
      const { recipe, tokenizer, encoder, info } = ready;
      const { windows } = pairWindows(tokenizer, 'a', ['a'], { recipe, maxTokens: info.maxTokens });
      await one(encoder.group, windows[0]!);
      return;
    }
    case 'listwise': {
      const { recipe, tokenizer, encoder, info } = ready;
      const [block] = listwiseBlocks(tokenizer, 'a', ['a'], { recipe, maxTokens: info.maxTokens });
      await one(encoder.group, block!);
      return;
    }
  }
}

const one = async <Item, Result>(group: WorkGroup<Item, Result>, item: Item): Promise<Result> =>
  (await group.run([item]))[0]!;

/** Cosine over the published values, and the factor by which the lengths of that part differ. */
function compare(
  vector: ArrayLike<number>,
  published: readonly number[],
): { cosine: number; factor: number } {
  let [dot, own, other] = [0, 0, 0];
  published.forEach((value, index) => {
    dot += value * vector[index]!;
    own += vector[index]! ** 2;
    other += value ** 2;
  });
  const ratio = Math.sqrt(own / other);
  return { cosine: dot / Math.sqrt(own * other), factor: Math.max(ratio, 1 / ratio) };
}
