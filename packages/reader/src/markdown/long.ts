/** Long content that is no box: its children are written before it, so that no call of the library takes all of them. */
import type TurndownService from 'turndown';
import { BLOCKS, BREAK, LONG, TAG } from './pieces.ts';

/** Names the text of an element that is written already. Attributes of pages with this name are taken out before. */
const WRITTEN = 'data-written';
/** A part that is shorter than this is left where it is. */
const SHORT = 1000;
/** Elements that are blocks but no part of a page by themselves. */
const ENTRIES = /^(dt|dd|figcaption|summary|noscript|menu|dir|output)$/;
/** Elements whose text is taken as it stands. */
const VERBATIM = /^(code|math)$/;

/** How elements are written. */
interface Writers {
  /** In one go. */
  whole(element: Element): string;
  /** In pieces. */
  inPieces(element: Element): Generator<void, string>;
}

/** Writes the children of long elements first. */
export class LongContent {
  readonly #texts = new Map<string, string>();
  #count = 0;
  readonly #write: Writers;
  /** Writes what stands for text that is written already. */
  readonly rule: TurndownService.Rule = {
    filter: (node) => (node as unknown as Element).hasAttribute(WRITTEN),
    replacement: (_content, node) =>
      this.#texts.get((node as unknown as Element).getAttribute(WRITTEN)!) ?? '',
  };

  constructor(write: Writers) {
    this.#write = write;
  }

  /** Puts elements that stand for written text in the place of an element's children, until little is left of it. */
  *shorten(element: Element, sizes: ReadonlyMap<Element, number>): Generator<void, void> {
    let group: ChildNode[] = [];
    let size = 0;
    let isLine = false;
    let count = 0;
    const close = (): void => {
      group = [];
      size = 0;
    };
    for (let child = element.firstChild; child; ) {
      count += 1;
      if (count % BREAK === 0) yield;
      let next: ChildNode | null = child.nextSibling;
      if (child.nodeType !== 3 && child.nodeType !== 1) {
        child = next;
        continue;
      }
      const inner = child.nodeType === 1 ? (child as Element) : undefined;
      const name = inner?.localName ?? '';
      const length = inner ? (sizes.get(inner) ?? TAG) : (child as Text).data.length;
      if (inner && length > LONG) {
        if (!isLine) yield* this.#writeBlocks(group, size);
        close();
        if (BLOCKS.test(name)) yield* this.#writeBlock(inner);
        else if (!VERBATIM.test(name)) yield* this.shorten(inner, sizes);
      } else if (name === 'li' || name === 'input' || (inner && isLastList(inner))) {
        // They are written by where they stand.
        close();
      } else {
        const isBlock = BLOCKS.test(name) || ENTRIES.test(name);
        const isSpace = !inner && !/\S/.test((child as Text).data);
        if (isBlock === isLine && group.length > 0 && !(isSpace && !isLine)) {
          if (!isLine) yield* this.#writeBlocks(group, size);
          close();
        }
        if (group.length === 0) isLine = !isBlock;
        if (!isLine && size + length > LONG && name !== 'dd') {
          yield* this.#writeBlocks(group, size);
          close();
        }
        group.push(child);
        size += length;
        if (isLine && !inner && size > LONG) {
          const end = endOfLine(child as Text, Math.max(0, LONG - (size - length)));
          if (end > 0) {
            if (end < (child as Text).data.length) next = splitText(child as Text, end);
            yield* this.#writeLine(group);
            close();
          }
        }
      }
      child = next;
    }
    if (!isLine) yield* this.#writeBlocks(group, size);
  }

  /** Blocks that follow each other. */
  *#writeBlocks(group: readonly ChildNode[], size: number): Generator<void, void> {
    const [first] = group;
    if (!first || size < SHORT) return;
    const box = first.ownerDocument!.createElement('div');
    first.before(box);
    const stand = this.#standFor(box, 'div');
    box.replaceWith(stand);
    for (const node of group) box.append(node);
    this.#put(stand, blockText(this.#write.whole(box)));
    yield;
  }

  /** A block that is long itself. */
  *#writeBlock(block: Element): Generator<void, void> {
    const stand = this.#standFor(block, 'div');
    const isList = isLastList(block);
    const box = block.ownerDocument.createElement('div');
    block.replaceWith(stand);
    box.append(block);
    const text = yield* this.#write.inPieces(box);
    this.#put(stand, isList ? `\n${text}` : blockText(text));
  }

  /** A part of a line that ends with a space. */
  *#writeLine(group: readonly ChildNode[]): Generator<void, void> {
    const first = group[0]!;
    const { ownerDocument } = first;
    const box = ownerDocument!.createElement('div');
    const stand = this.#standFor(first, 'span');
    first.before(stand, ' ');
    for (const node of group) box.append(node);
    if (/^\s/.test(box.textContent ?? '')) stand.before(' ');
    this.#put(stand, this.#write.whole(box));
    yield;
  }

  #standFor(node: ChildNode, tag: string): Element {
    const stand = node.ownerDocument!.createElement(tag);
    stand.setAttribute(WRITTEN, String(this.#count));
    this.#count += 1;
    // What is empty is left out by the library.
    stand.textContent = 'x';
    return stand;
  }

  #put(stand: Element, text: string): void {
    this.#texts.set(stand.getAttribute(WRITTEN)!, text);
  }
}

const blockText = (text: string): string => (text === '' ? '' : `\n\n${text}\n\n`);

/** A list that ends an item: no empty line is written before it. */
const isLastList = (element: Element): boolean =>
  /^[ou]l$/.test(element.localName) &&
  element.parentElement?.localName === 'li' &&
  element.parentElement.lastElementChild === element;

/** As `Text.splitText`, which documents outside of browsers do not have. */
function splitText(text: Text, at: number): Text {
  const rest = text.ownerDocument.createTextNode(text.data.slice(at));
  text.data = text.data.slice(0, at);
  text.after(rest);
  return rest;
}

/** Where a text can be cut from a place on: after a space and before a letter, which means nothing at a line's beginning. */
function endOfLine({ data }: Text, from: number): number {
  const pattern = /\s(?=\p{L})/gu;
  pattern.lastIndex = from;
  const found = pattern.exec(data);
  return found ? found.index + 1 : -1;
}
