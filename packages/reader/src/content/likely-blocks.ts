import type { Block, Section } from './blocks.ts';
import { blockFeatures, FEATURES } from './features.ts';
import { fromHighest } from './from-highest.ts';
import { NAMES, TREES } from './model.ts';
import { NAME_FEATURES, Names } from './names.ts';
import type { PageFacts } from './page-facts.ts';
import { Trees } from './trees.ts';

let model: { names: Names; trees: Trees } | undefined;

/** The probability of each block to be main content. */
export function* likelihoods(
  blocks: readonly Block[],
  root: Section,
  facts: PageFacts,
): Generator<void, Float32Array> {
  model ??= { names: new Names(NAMES), trees: new Trees(TREES) };
  const { names, trees } = model;
  const all = new Float32Array(FEATURES.length + NAME_FEATURES.length);
  const likely = new Float32Array(blocks.length);
  yield* blockFeatures(blocks, root, facts, (row, index) => {
    all.set(row);
    names.describe(blocks[index]!, all, FEATURES.length);
    likely[index] = trees.probability(all);
  });
  return likely;
}

/** Share of the best threshold that is used. Found in cross-validation: what stands together is right or wrong together. */
const LENIENCE = 0.9;

/**
 * The blocks to keep. The choice with the highest expected F1 by words has those more likely than half of that F1: a sure
 * page is cut near one half, an unsure one keeps more.
 *
 * Source: Z. C. Lipton, C. Elkan, B. Naryanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014.
 *
 * @returns 1 for each block to keep
 */
export function* chooseBlocks(blocks: readonly Block[], likely: Float32Array): Generator<void, Uint8Array> {
  const order = yield* fromHighest(likely);
  const expected = blocks.reduce((sum, { words }, index) => sum + words * likely[index]!, 0);
  let chosen = 0;
  let found = 0;
  let best = 0;
  for (const index of order) {
    chosen += blocks[index]!.words;
    found += blocks[index]!.words * likely[index]!;
    best = Math.max(best, (2 * found) / (chosen + expected));
  }
  const threshold = Math.min(likely[order[0]!] ?? 0, (LENIENCE * best) / 2);
  return Uint8Array.from(likely, (value) => (value >= threshold ? 1 : 0));
}
