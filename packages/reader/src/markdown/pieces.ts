/** Long content in pieces that can be written one by one, so that the page is not kept for long. */
import { boxOf, isLayout, rowsOf } from './tables.ts';

/** What is longer than this is cut, in characters of text and of tags. */
export const LONG = 20_000;
/** Characters that a tag counts as. */
export const TAG = 20;
/** Nodes between two breaks. */
export const BREAK = 1000;

/** A part of the content. */
export interface Piece {
  element: Element;
  /** Written between the piece before and this one. */
  glue: '\n\n' | '\n';
  /** What it is if it is too long for one go. */
  long: undefined | 'table' | 'code' | 'other';
}

/** How elements are cut. */
export interface CutOptions {
  /** Whether tables are written as tables. */
  hasTables: boolean;
}

export const BLOCKS =
  /^(address|article|aside|blockquote|body|center|details|div|dl|fieldset|figure|footer|form|h[1-6]|header|hgroup|hr|main|nav|ol|p|pre|section|table|ul)$/;
const BOXES =
  /^(address|article|aside|body|center|div|fieldset|footer|form|header|hgroup|main|nav|section|span|font|.+-.+)$/;

/** Cuts an element into pieces. Their texts in a row are its text. */
export function* piecesOf(
  root: Element,
  sizes: Map<Element, number>,
  options: CutOptions,
): Generator<void, Piece[]> {
  const sizeOf = (element: Element): number => sizes.get(element) ?? 0;
  const lines = new Set<Element>();
  const pieces: Piece[] = [];
  const add = (element: Element, glue: Piece['glue'] = '\n\n', long?: Piece['long']): void => {
    pieces.push({ element, glue, long });
  };
  const open: Element[] = [root];
  for (let element = open.pop(); element; element = open.pop()) {
    yield;
    const name = element.localName;
    if (sizeOf(element) <= LONG) add(element);
    else if (lines.has(element)) add(element, '\n\n', 'other');
    else if (name === 'ul' || name === 'ol') yield* lists(element, sizeOf, add);
    else if (name === 'table') {
      const rows = yield* rowsOf(element);
      if (options.hasTables && !isLayout(element, rows)) add(element, '\n\n', 'table');
      else putOn(open, yield* cells(element, rows, sizes));
    } else if (BOXES.test(name)) putOn(open, yield* contents(element, sizes, lines));
    else add(element, '\n\n', name === 'pre' ? 'code' : 'other');
  }
  return pieces;
}

/** Puts parts on a stack, the first one on top. */
function putOn(open: Element[], parts: readonly Element[]): void {
  for (let index = parts.length - 1; index >= 0; index -= 1) open.push(parts[index]!);
}

/** The size of each element. */
export function* sizesOf(root: Element): Generator<void, Map<Element, number>> {
  const sizes = new Map<Element, number>();
  let count = 0;
  const open: { element: Element; next: ChildNode | null; size: number }[] = [
    { element: root, next: root.firstChild, size: TAG },
  ];
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    count += 1;
    if (count % BREAK === 0) yield;
    const { next } = frame;
    if (!next) {
      open.pop();
      sizes.set(frame.element, frame.size);
      const outer = open.at(-1);
      if (outer) outer.size += frame.size;
      continue;
    }
    frame.next = next.nextSibling;
    if (next.nodeType === 3) frame.size += (next as Text).data.length;
    else if (next.nodeType === 1) {
      open.push({ element: next as Element, next: next.firstChild, size: TAG });
    }
  }
  return sizes;
}

/** The blocks in a box; what stands in a line between them is put into a box of its own. */
function* contents(
  element: Element,
  sizes: Map<Element, number>,
  lines: Set<Element>,
): Generator<void, Element[]> {
  let count = 0;
  const parts: Element[] = [];
  let line: Element | undefined;
  for (let child = element.firstChild; child; ) {
    count += 1;
    if (count % BREAK === 0) yield;
    const next: ChildNode | null = child.nextSibling;
    const isElement = child.nodeType === 1;
    if (isElement && (yield* isPart(child as Element))) {
      parts.push(child as Element);
      line = undefined;
    } else if (line || isElement || /\S/.test(child.textContent ?? '')) {
      if (!line) {
        line = element.ownerDocument.createElement('div');
        parts.push(line);
        lines.add(line);
        sizes.set(line, TAG);
      }
      const length = isElement ? sizes.get(child as Element) : (child as Text).data?.length;
      sizes.set(line, sizes.get(line)! + (length ?? 0));
      line.append(child);
    }
    child = next;
  }
  return parts;
}

/** Blocks, and boxes of the line that hold only blocks. */
function* isPart(element: Element): Generator<void, boolean> {
  let count = 0;
  if (BLOCKS.test(element.localName)) return true;
  if (!BOXES.test(element.localName) || element.firstChild === null) return false;
  for (let child: ChildNode | null = element.firstChild; child; child = child.nextSibling) {
    count += 1;
    if (count % BREAK === 0) yield;
    if (child.nodeType === 3 && /\S/.test((child as Text).data)) return false;
    if (child.nodeType === 1 && !BLOCKS.test((child as Element).localName)) return false;
  }
  return true;
}

/** A list in several, each as long as a piece. */
function* lists(
  element: Element,
  sizeOf: (item: Element) => number,
  add: (list: Element, glue: Piece['glue'], long: Piece['long']) => void,
): Generator<void, void> {
  let number = Number.parseInt(element.getAttribute('start') ?? '1', 10);
  let size = 0;
  let list: Element | undefined;
  let glue: Piece['glue'] = '\n\n';
  let count = 0;
  for (let item = element.firstElementChild; item; ) {
    const next: Element | null = item.nextElementSibling;
    count += 1;
    if (count % BREAK === 0) yield;
    if (!list || size + sizeOf(item) > LONG) {
      if (list) {
        add(list, glue, size > LONG ? 'other' : undefined);
        glue = '\n';
      }
      list = element.cloneNode(false) as Element;
      if (element.localName === 'ol') list.setAttribute('start', String(number));
      size = 0;
    }
    list.append(item);
    size += sizeOf(item);
    number += 1;
    item = next;
  }
  if (list) add(list, glue, size > LONG ? 'other' : undefined);
}

/** The captions and cells of a table that only places parts of a page, each as a box. */
function* cells(
  table: Element,
  rows: readonly (readonly Element[])[],
  sizes: Map<Element, number>,
): Generator<void, Element[]> {
  const captions = [...table.children].filter(({ localName }) => localName === 'caption');
  const boxes: Element[] = [];
  for (const cell of [...captions, ...rows.flat()]) {
    const box = yield* boxOf(cell);
    sizes.set(box, sizes.get(cell) ?? 0);
    boxes.push(box);
  }
  return boxes;
}
