import {
  type CallOptions,
  LIMITS,
  type SearchFoundation,
  type SegmentRequest,
  type SegmentResponse,
} from '@nearfield/spec';

/** [start, end) of a chunk in UTF-16 code units of the text. */
export type ChunkRange = readonly [start: number, end: number];

/** A text of any length in chunks. */
export interface Segmented {
  readonly num_tokens: number;
  readonly tokenizer: string;
  readonly chunk_positions: readonly ChunkRange[];
}

type Rules = Pick<SegmentRequest, 'tokenizer' | 'max_chunk_length' | 'strategy' | 'overlap' | 'model'>;

/**
 * Tokens and chunks of a text of any length. One request takes {@link LIMITS.segment.characters}; a longer text is cut
 * into parts first, between paragraphs where there are any, and no chunk spans two parts.
 */
export async function segmentText(
  foundation: Pick<SearchFoundation, 'segment'>,
  text: string,
  rules: Rules = {},
  options: CallOptions = {},
): Promise<Segmented> {
  const positions: ChunkRange[] = [];
  let tokens = 0;
  let tokenizer = '';
  for (const [from, to] of partsOf(text, LIMITS.segment.characters)) {
    const request = { ...rules, content: text.slice(from, to), return_chunks: true };
    const answer: SegmentResponse = await foundation.segment(request, options);
    tokens += answer.num_tokens;
    tokenizer = answer.tokenizer;
    for (const [start, end] of answer.chunk_positions ?? []) positions.push([from + start, from + end]);
  }
  return { num_tokens: tokens, tokenizer, chunk_positions: positions };
}

/** Ends that a part may have, the best first. The part keeps them. */
const ENDS = ['\n\n', '\n', ' '];

/** Parts of a text that are at most `most` code units long and cut no character in two. */
export function partsOf(text: string, most: number): ChunkRange[] {
  const parts: ChunkRange[] = [];
  let from = 0;
  while (text.length - from > most) {
    let to = from + most;
    for (const end of ENDS) {
      const at = text.lastIndexOf(end, to - end.length);
      if (at <= from) continue;
      to = at + end.length;
      break;
    }
    const isPair = /[\uD800-\uDBFF]/.test(text[to - 1]!) && /[\uDC00-\uDFFF]/.test(text[to]!);
    if (isPair) to--;
    parts.push([from, to]);
    from = to;
  }
  if (from < text.length) parts.push([from, text.length]);
  return parts;
}
