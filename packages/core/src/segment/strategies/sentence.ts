import { packAtoms } from '../chunker/atoms.ts';
import type { Steps } from '../slices.ts';
import { type ChunkOptions, type Span, spansFromStarts } from './spans.ts';
import { contextOf, type Unit, unitsOf } from './units.ts';

/**
 * The sentences of a text as adjoining spans, which `strategy: 'sentence'` packs into chunks, for callers that need one
 * sentence each (late chunking of a single input). No sentence is divided.
 */
export function* splitSentences(text: string, options: { locale?: string | undefined } = {}): Steps<Span[]> {
  const context = yield* contextOf(text, { maxLength: text.length, ...options });
  const units = yield* unitsOf(context, Math.max(1, text.length));
  return spansFromStarts(
    units.map((unit) => unit.start),
    text.length,
  );
}

/**
 * A heading begins a chunk, together with headings right above it; so does a block that is longer than a chunk,
 * which would be cut once more if it only filled up the chunk before.
 */
const breaksBefore =
  (units: readonly Unit[]) =>
  (_from: number, at: number): boolean =>
    units[at]!.opensDivided === true || (units[at]!.kind === 'heading' && units[at - 1]!.kind !== 'heading');

/** Whole sentences, as many as fit into `maxLength`; a heading starts a new chunk. */
export function* chunkBySentences(text: string, options: ChunkOptions): Steps<Span[]> {
  const context = yield* contextOf(text, options);
  const units = yield* unitsOf(context, options.maxLength);
  return spansFromStarts(
    packAtoms(units, options.maxLength, context.meter, breaksBefore(units)),
    text.length,
  );
}
