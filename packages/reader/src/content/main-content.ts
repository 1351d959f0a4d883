import { findBlocks } from './blocks.ts';
import { chooseBlocks, likelihoods } from './likely-blocks.ts';
import { pageFacts } from './page-facts.ts';
import { prune } from './prune.ts';
import { mendChoice } from './wholes.ts';

/**
 * Leaves of a document its main content.
 *
 * @param document it is changed
 * @param url its address, if known
 * @returns whether there was any
 */
export function* keepMainContent(document: Document, url: string | undefined): Generator<void, boolean> {
  const { body } = document;
  const { blocks, root } = yield* findBlocks(body);
  if (blocks.length === 0) return false;
  yield;
  const likely = yield* likelihoods(blocks, root, pageFacts(document, url));
  const kept = yield* mendChoice(blocks, likely, yield* chooseBlocks(blocks, likely));
  yield* prune(body, blocks, kept);
  return true;
}
