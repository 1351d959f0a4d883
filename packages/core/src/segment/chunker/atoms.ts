import type { Steps } from '../slices.ts';
import { type Block, type BlockKind, isBlockElement, isDelimiterRow, isListItem, tagAt } from './blocks.ts';
import { indexWithin, isWhiteSpace, skipWhiteSpace, trimEnd } from './characters.ts';
import { canCutBefore, clusterStart, joinsBefore, lastBoundary } from './graphemes.ts';
import type { LineTable } from './lines.ts';
import type { Meter } from './meter.ts';
import { sentenceStarts } from './sentences.ts';

/** A piece of text that is not divided any more; `end` is before trailing white space. */
export interface Atom {
  start: number;
  end: number;
  /** Whether a chunk should preferably start here rather than at its neighbours. */
  strong: boolean;
}

/** Context of dividing a text. */
export interface DivisionContext {
  text: string;
  lines: LineTable;
  meter: Meter;
  locale?: string | undefined;
}

/** After these a long text without spaces may be cut: clause and sentence marks, closing brackets. */
const CLAUSE_MARKS = new Set('，、；：。！？．｡､,;:.!?)]}）」』】》〉”’…');

/** Atoms from start offsets: each ends before the next one's white space, the last before `to`. */
export function atomsFromStarts(text: string, starts: readonly number[], to: number): Atom[] {
  return starts.map((start, index) => ({
    start,
    end: trimEnd(text, start, starts[index + 1] ?? to),
    strong: false,
  }));
}

/**
 * Cuts text[start, end) into pieces of at most `limit` characters: at the last space of each piece's second
 * half, else after the last punctuation mark there, else between grapheme clusters.
 */
export function* divideByWords(
  { text, meter }: DivisionContext,
  start: number,
  end: number,
  limit: number,
): Steps<Atom[]> {
  const atoms: Atom[] = [];
  let at = start;
  while (end - at > limit) {
    const furthest = at + limit;
    const least = at + Math.ceil(limit / 2);
    let space = -1;
    let mark = -1;
    for (let cut = furthest; cut > least && space < 0; cut--) {
      const before = text.charCodeAt(cut - 1);
      if (isWhiteSpace(before) && !isWhiteSpace(text.charCodeAt(cut)) && clusterStart(text, cut) === cut) {
        space = cut;
      } else if (mark < 0 && CLAUSE_MARKS.has(text[cut - 1]!) && !joinsBefore(text, cut)) {
        mark = cut;
      }
    }
    // A word may end just here, its space beyond.
    const following = skipWhiteSpace(text, furthest, end);
    let cut: number;
    if (following > furthest && following < end) cut = clusterStart(text, following);
    else if (space > 0) cut = space;
    else if (mark > 0) cut = mark;
    else cut = at;
    if (cut <= at) cut = lastBoundary(text, at, furthest);
    meter.add(cut - at + limit);
    yield cut - at;
    atoms.push({ start: at, end: trimEnd(text, at, cut), strong: false });
    at = skipWhiteSpace(text, cut, end);
    if (at > cut) at = Math.max(cut, clusterStart(text, at));
  }
  if (at < end) atoms.push({ start: at, end, strong: false });
  return atoms;
}

/** The sentences of text[start, end); those beyond `limit` characters divided by words. */
export function* divideBySentences(
  context: DivisionContext,
  start: number,
  end: number,
  limit: number,
): Steps<Atom[]> {
  const starts = yield* sentenceStarts(context.text, start, end, context);
  const atoms: Atom[] = [];
  for (const atom of atomsFromStarts(context.text, starts, end)) {
    if (atom.end - atom.start <= limit) atoms.push(atom);
    else for (const part of yield* divideByWords(context, atom.start, atom.end, limit)) atoms.push(part);
  }
  return atoms;
}

/** Pieces of markup or of a table row: before opening tags, or after each "|". */
function* divideAt(
  context: DivisionContext,
  start: number,
  end: number,
  limit: number,
  kind: 'tags' | 'cells',
): Steps<Atom[]> {
  const { text, meter } = context;
  const starts = [start];
  const strong = new Set<number>();
  meter.add(end - start);
  if (kind === 'cells') {
    for (let pipe = indexWithin(text, '|', start, end); pipe >= 0; ) {
      const cell = clusterStart(text, skipWhiteSpace(text, pipe + 1, end));
      if (cell < end && cell > starts.at(-1)! && (cell > pipe + 1 || !joinsBefore(text, cell)))
        starts.push(cell);
      pipe = indexWithin(text, '|', pipe + 1, end);
    }
  } else {
    for (let open = indexWithin(text, '<', start + 1, end); open >= 0; ) {
      const tag = tagAt(text, open, end);
      if (tag && !tag.closing && canCutBefore(text, open)) {
        starts.push(open);
        if (isBlockElement(tag.name)) strong.add(open);
      }
      open = indexWithin(text, '<', open + 1, end);
    }
  }
  yield end - start;
  const atoms: Atom[] = [];
  for (const atom of atomsFromStarts(text, starts, end)) {
    const isLong = atom.end - atom.start > limit;
    const parts = isLong ? yield* divideByWords(context, atom.start, atom.end, limit) : [atom];
    parts[0]!.strong = strong.has(atom.start);
    for (const part of parts) atoms.push(part);
  }
  return atoms;
}

/**
 * The atoms of a block that is longer than `limit`: its lines, and the parts of lines that are longer. Where a
 * chunk starts best (`strong`): at nested list items, code after a blank line, elements of HTML.
 */
export function* divideBlock(context: DivisionContext, block: Block, limit: number): Steps<Atom[]> {
  const { text, lines, meter } = context;
  const atoms: Atom[] = [];
  const nested = block.kind === 'list' ? shallowestNestedIndent(lines, block) : 0;
  let blankBefore = false;
  for (let line = block.from; line < block.to; line++) {
    const start = lines.first[line]!;
    const end = lines.last[line]!;
    if (start === end) {
      blankBefore = true;
      continue;
    }
    meter.add(end - start);
    const header = block.kind === 'table' && line === block.from + 1 && isDelimiterRow(text, start, end);
    if (header && end - atoms[0]!.start <= limit) {
      // A table's header is nothing without the row that makes it one.
      atoms.length = 1;
      atoms[0]!.end = end;
      continue;
    }
    let strong = false;
    switch (block.kind) {
      case 'code':
      case 'quote':
      case 'metadata':
        strong = blankBefore;
        break;
      case 'list':
        strong = lines.indent[line] === nested && isListItem(text, start, end);
        break;
      case 'html':
      case 'table': {
        const tag = tagAt(text, start, end);
        strong = tag !== undefined && !tag.closing && isBlockElement(tag.name);
        break;
      }
    }
    blankBefore = block.kind === 'quote' && end - start === 1;
    const indented = keepsIndent(lines, block, line) ? lines.start(line) : start;
    let parts: Atom[];
    if (end - indented <= limit) parts = [{ start: indented, end, strong }];
    else if (end - start <= limit) parts = [{ start, end, strong }];
    else parts = yield* divideLine(context, block, line, indented, limit);
    parts[0]!.strong = strong;
    yield end - start;
    for (const part of parts) atoms.push(part);
  }
  return atoms;
}

/** Blocks whose lines mean something else without their indents. */
const INDENTED: ReadonlySet<BlockKind> = new Set(['code', 'list', 'metadata', 'html', 'math']);

/**
 * Whether a piece that begins at a line has the line's indent. Not so a block's first line, whose indent is with the
 * chunk before it wherever a block begins; but where the block is nothing but indented lines.
 */
function keepsIndent(lines: LineTable, block: Block, line: number): boolean {
  if (line > block.from) return INDENTED.has(block.kind);
  if (block.kind !== 'code' || '`~'.includes(lines.text[lines.first[line]!]!)) return false;
  // White space at the beginning of a text is in no chunk.
  return lines.skipBlank(0) < line;
}

/** The pieces of a line that is longer than `limit`; `indented` is its start, its indent included if that is kept. */
function* divideLine(
  context: DivisionContext,
  block: Block,
  line: number,
  indented: number,
  limit: number,
): Steps<Atom[]> {
  const parts = yield* divideLineText(context, block, line, indented, limit);
  // The others are divided at their text, which may leave room for the indent.
  if (parts[0]!.end - indented <= limit) parts[0]!.start = indented;
  return parts;
}

function* divideLineText(
  context: DivisionContext,
  block: Block,
  line: number,
  indented: number,
  limit: number,
): Steps<Atom[]> {
  const start = context.lines.first[line]!;
  const end = context.lines.last[line]!;
  switch (block.kind) {
    case 'code':
    case 'math':
    case 'metadata':
      if (start > indented && start - indented <= limit / 2) {
        const parts = yield* divideByWords(context, indented, end, limit);
        // Unless not even a character fits beside the indent.
        if (parts[0]!.end > start) return parts;
      }
      return yield* divideByWords(context, start, end, limit);
    case 'html':
      return yield* divideAt(context, start, end, limit, 'tags');
    case 'table':
      return yield* divideAt(context, start, end, limit, context.text[start] === '<' ? 'tags' : 'cells');
    default:
      return yield* divideBySentences(context, start, end, limit);
  }
}

/** The least indent among the lines after the first. */
function shallowestNestedIndent(lines: LineTable, block: Block): number {
  let least = Number.POSITIVE_INFINITY;
  for (let line = block.from + 1; line < block.to; line++) {
    if (!lines.isBlank(line)) least = Math.min(least, lines.indent[line]!);
  }
  return least;
}

/**
 * Joins neighbouring atoms to pieces of at most `limit` characters and returns the pieces' starts. White space
 * between atoms counts, that after the last does not (it cannot be put elsewhere). Where the limit forces a
 * cut, a strong atom in the second half of the piece is preferred; `breaks` forces one.
 */
export function packAtoms(
  atoms: readonly Atom[],
  limit: number,
  meter: Meter,
  breaks?: (from: number, at: number) => boolean,
): number[] {
  const starts: number[] = [];
  let from = 0;
  while (from < atoms.length) {
    const start = atoms[from]!.start;
    starts.push(start);
    let to = from + 1;
    let strong = -1;
    let forced = false;
    while (to < atoms.length && atoms[to]!.end - start <= limit) {
      if (breaks?.(from, to)) {
        forced = true;
        break;
      }
      if (atoms[to]!.strong && atoms[to]!.start - start >= limit / 2) strong = to;
      to++;
    }
    meter.add(to - from);
    // The cut falls at the first atom that does not fit anyway.
    if (!forced && to < atoms.length && strong > 0 && !atoms[to]!.strong) to = strong;
    from = to;
  }
  return starts;
}
