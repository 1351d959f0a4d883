import {
  type Atom,
  atomsFromStarts,
  type DivisionContext,
  divideBlock,
  divideByWords,
} from '../chunker/atoms.ts';
import { type BlockKind, scanBlocks } from '../chunker/blocks.ts';
import { LineTable } from '../chunker/lines.ts';
import { Meter } from '../chunker/meter.ts';
import { sentenceStarts } from '../chunker/sentences.ts';
import type { Steps } from '../slices.ts';
import type { ChunkOptions } from './spans.ts';

/** A sentence, or another block (code, table, …), with its origin. */
export interface Unit extends Atom {
  kind: BlockKind;
  /** Whether this is the first piece of a block that had to be divided. */
  opensDivided?: boolean;
}

const PROSE: ReadonlySet<BlockKind> = new Set(['line', 'list', 'quote', 'citation']);

/**
 * The sentences of a text. Neighbouring lines of ordinary text are one paragraph, so that hard-wrapped sentences
 * are found whole; a blank line always ends one. Headings, code, tables, HTML and formulas are one unit each, as
 * long as they are not longer than `maxLength`.
 */
export function* unitsOf(context: DivisionContext, maxLength: number): Steps<Unit[]> {
  const { text, lines, meter } = context;
  const units: Unit[] = [];
  const add = function* (atoms: readonly Atom[], kind: BlockKind): Steps<void> {
    for (const atom of atoms) {
      if (atom.end - atom.start <= maxLength) units.push({ ...atom, kind });
      else {
        for (const part of yield* divideByWords(context, atom.start, atom.end, maxLength))
          units.push({ ...part, kind });
      }
    }
  };
  const blocks = yield* scanBlocks(lines, meter);
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const start = lines.first[block.from]!;
    let { to } = block;
    if (block.kind === 'line') {
      while (blocks[index + 1]?.kind === 'line' && blocks[index + 1]!.from === to) to = blocks[++index]!.to;
    }
    const end = lines.last[to - 1]!;
    if (PROSE.has(block.kind)) {
      const starts = yield* sentenceStarts(text, start, end, context);
      yield* add(atomsFromStarts(text, starts, end), block.kind);
    } else if (end - start <= maxLength) {
      yield* add([{ start, end, strong: false }], block.kind);
    } else {
      const first = units.length;
      yield* add(yield* divideBlock(context, block, maxLength), block.kind);
      units[first]!.opensDivided = true;
    }
  }
  return units;
}

export function* contextOf(text: string, options: ChunkOptions): Steps<DivisionContext> {
  const meter = options.meter ?? new Meter();
  return { text, lines: yield* LineTable.read(text, meter), meter, locale: options.locale };
}
