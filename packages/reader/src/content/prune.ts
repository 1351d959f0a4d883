import type { Block } from './blocks.ts';

/** Nodes between two breaks. */
const BREAK = 500;

/** Elements that are content by themselves. */
const STANDING = 'img, picture, math, hr, br';

/**
 * Leaves of a document what is in the chosen blocks: their text with the elements around it, and pictures that stand
 * among them.
 *
 * @param body the element that the blocks were found in; it is changed
 */
export function* prune(body: Element, blocks: readonly Block[], kept: Uint8Array): Generator<void, void> {
  const stays = new Set<Node>();
  const texts = new Set<Node>();
  let count = 0;
  for (const [index, block] of blocks.entries()) {
    if (kept[index] !== 1) continue;
    for (const node of block.nodes) {
      count += 1;
      if (count % BREAK === 0) yield;
      texts.add(node);
      for (let each: Node | null = node; each && !stays.has(each); each = each.parentNode) stays.add(each);
    }
  }
  yield* keepPictures(body, stays);
  const visit = function* (parent: Element): Generator<void, void> {
    const open: Element[] = [parent];
    for (let element = open.pop(); element; element = open.pop()) {
      for (let child = element.firstChild; child; ) {
        count += 1;
        if (count % BREAK === 0) yield;
        const next: ChildNode | null = child.nextSibling;
        if (child.nodeType === 1) {
          if (stays.has(child)) open.push(child as Element);
          else if (!isBreak(child)) child.remove();
        } else if (child.nodeType !== 3 || (!texts.has(child) && /\S/.test((child as Text).data))) {
          child.remove();
        }
        child = next;
      }
    }
  };
  yield* visit(body);
}

const isBreak = (node: Node): boolean => node.nodeName === 'BR';

/** Pictures stay where the nearest section with text around them stays, if it is not the page itself. */
function* keepPictures(body: Element, stays: Set<Node>): Generator<void, void> {
  let count = 0;
  for (const picture of body.querySelectorAll(STANDING)) {
    count += 1;
    if (count % BREAK === 0) yield;
    let around: Node | null = picture.parentNode;
    // A picture in a box of its own belongs to the box around that.
    for (let level = 0; level < 3 && around && !stays.has(around); level += 1) around = around.parentNode;
    if (!around || around === body || !stays.has(around)) continue;
    for (let each: Node | null = picture; each && !stays.has(each); each = each.parentNode) stays.add(each);
    if (picture.localName === 'math' || picture.localName === 'picture') {
      for (const inside of picture.querySelectorAll('*')) stays.add(inside);
    }
  }
}
