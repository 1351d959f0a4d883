import { type DivisionContext, divideBlock, divideBySentences, packAtoms } from '../chunker/atoms.ts';
import { scanBlocks } from '../chunker/blocks.ts';
import { LineTable } from '../chunker/lines.ts';
import { Meter } from '../chunker/meter.ts';
import type { Steps } from '../slices.ts';
import { type ChunkOptions, type Span, spansFromStarts } from './spans.ts';

/** The hosted segmenter's: a longer line is divided into runs of whole sentences. */
const LONG_LINE = 800;
const SENTENCE_RUN = 400;

/**
 * Chunks by structure, as segment.jina.ai makes them: a chunk is a heading, a line of text, a list item with
 * what is nested in it, a quote, a code block, a table, an HTML element, a formula or a rule. Lines of more
 * than 800 characters become runs of whole sentences of up to 400. Whatever is longer than `maxLength` is
 * divided further: at lines, sentences, words, and at last between grapheme clusters.
 *
 * Spans adjoin: each starts at its first character that is not white space and ends where the next starts, so
 * that they give the whole text but for its leading white space. Where code, a list, metadata or markup is divided at a
 * line, the piece starts with the line's indent, as far as that fits. Time is linear in the text's length.
 */
export function* chunkByStructure(text: string, options: ChunkOptions): Steps<Span[]> {
  const meter = options.meter ?? new Meter();
  const lines = yield* LineTable.read(text, meter);
  const context: DivisionContext = { text, lines, meter, locale: options.locale };
  const { maxLength } = options;
  const longLine = Math.min(LONG_LINE, maxLength);
  const starts: number[] = [];
  for (const block of yield* scanBlocks(lines, meter)) {
    const start = lines.first[block.from]!;
    const end = lines.last[block.to - 1]!;
    const isText = block.to - block.from === 1 && TEXT_KINDS.has(block.kind);
    if (end - start <= (isText ? longLine : maxLength)) {
      starts.push(start);
    } else if (isText) {
      const sentences = yield* divideBySentences(context, start, end, maxLength);
      for (const each of packAtoms(sentences, Math.min(SENTENCE_RUN, maxLength), meter)) starts.push(each);
    } else {
      const atoms = yield* divideBlock(context, block, maxLength);
      for (const each of packAtoms(atoms, maxLength, meter)) starts.push(each);
    }
  }
  return spansFromStarts(starts, text.length);
}

/** Blocks that are divided like ordinary text if they are a single line. */
const TEXT_KINDS: ReadonlySet<string> = new Set(['line', 'heading', 'list', 'quote', 'citation']);
