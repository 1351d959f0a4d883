import {
  FoundationError,
  LIMITS,
  type SegmentRequest,
  type SegmentResponse,
  type SegmentToken,
} from '@nearfield/spec';
import { type ParsedSegmentRequest, parse, SegmentRequestSchema } from '@nearfield/spec/implement';
import { encodeSteps } from './encode.ts';
import { inSlices, type Steps } from './slices.ts';
import { withOverlap } from './strategies/overlap.ts';
import { chunkBySemantics, type EmbedTexts } from './strategies/semantic.ts';
import { chunkBySentences } from './strategies/sentence.ts';
import type { Span } from './strategies/spans.ts';
import { chunkByStructure } from './strategies/structure.ts';
import { chunkByTokens } from './strategies/tokens.ts';
import type { SegmentTokenizer } from './tokenizers.ts';
import { groupTokens, headEnd, tailStart } from './tokens.ts';

/** Default limit of the local segmenter in characters (UTF-16 code units); the hosted one has 64,000. */
const DEFAULT_MAX_CHARACTERS = 10_000_000;

export interface SegmentDependencies {
  /**
   * The tokenizer for a name: `loadTokenizer` has the API's six; an engine adds its models' own with
   * `fromHubTokenizer`.
   */
  tokenizer: (name: string) => Promise<SegmentTokenizer>;
  /** Embeds sentences for `strategy: 'semantic'`, which is refused without it. */
  embed?: EmbedTexts | undefined;
  /** BCP 47, for sentences. Default: the runtime's. */
  locale?: string | undefined;
  /** Most characters of `content`. Default {@link DEFAULT_MAX_CHARACTERS}. */
  maxCharacters?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Checks all fields with the contract's schema, but `content`'s length against a limit of our own. */
function check(request: SegmentRequest, maxCharacters: number): ParsedSegmentRequest {
  const { content } = request;
  if (typeof content !== 'string' || content.length <= LIMITS.segment.characters) {
    return parse(SegmentRequestSchema, request);
  }
  const parsed = parse(SegmentRequestSchema, { ...request, content: '' });
  if (content.length > maxCharacters) {
    const message = `content has ${content.length} characters; at most ${maxCharacters} are allowed. Split it into several requests.`;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message,
      param: 'content',
      issues: [{ field: 'content', message, type: 'max_length' }],
    });
  }
  return { ...parsed, content };
}

/**
 * Counts the tokens of a text and divides it into chunks, as segment.jina.ai does.
 *
 * - `num_tokens` is the count of the whole content, white space included; chunks are encoded separately for
 *   `tokens`, so that their sum can differ.
 * - `chunk_positions` are [start, end) in UTF-16 code units of `content`; `content.slice(start, end)` is the
 *   chunk. Without overlap they adjoin: all chunks together are the content but for its leading white space.
 * - `max_chunk_length` holds for a chunk without the white space after it, which it carries up to the next
 *   chunk. For `strategy: 'tokens'` it counts tokens.
 * - `overlap`, in the same unit, is part of that length: a chunk repeats at most so much of the one before it. Chunks
 *   of tokens may together be ten times as long as the content, or a million characters if that is more.
 * - `head` / `tail` reduce the content to its first or last N tokens, at whole grapheme clusters; the response
 *   is about that part (counts, chunks, tokens), with positions in the full content.
 * - Text of special tokens (`<|endoftext|>`) counts as those tokens and is listed in `special_tokens`, each once,
 *   in the order of their first occurrence; the field is absent if the text has none.
 * - Content that is empty or white space only has no chunks.
 * - Long contents are worked on in slices: between them messages are let in, and an abort takes effect.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for a bad request, an unknown tokenizer or too long content,
 * NOT_SUPPORTED for the semantic strategy without an embedder, DOWNLOAD_FAILED if a vocabulary cannot be loaded;
 * AbortError.
 */
export async function segmentText(
  request: SegmentRequest,
  dependencies: SegmentDependencies,
): Promise<SegmentResponse> {
  const { signal } = dependencies;
  signal?.throwIfAborted();
  const parsed = check(request, dependencies.maxCharacters ?? DEFAULT_MAX_CHARACTERS);
  if (parsed.strategy === 'semantic' && !dependencies.embed) {
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message:
        "The 'semantic' strategy needs an embedding model. Use 'structure', 'sentence' or 'tokens' here.",
      param: 'strategy',
    });
  }
  const tokenizer = await dependencies.tokenizer(parsed.tokenizer);
  signal?.throwIfAborted();

  const [from, to] = await inSlices(reducedSpan(parsed, tokenizer), signal);
  const content = parsed.content.slice(from, to);
  const ids = await inSlices(encodeSteps(tokenizer, content), signal);
  const response: SegmentResponse = {
    num_tokens: ids.length,
    tokenizer: tokenizer.name,
    usage: { tokens: 0 },
  };
  if (parsed.return_chunks) {
    const spans = await spansOf(content, parsed, tokenizer, dependencies);
    response.num_chunks = spans.length;
    response.chunk_positions = spans.map(([start, end]) => [start + from, end + from]);
    response.chunks = spans.map(([start, end]) => content.slice(start, end));
  }
  if (parsed.return_tokens) {
    response.tokens = await inSlices(tokensOf(response.chunks, ids, tokenizer), signal);
  }
  const special = specialTokensIn(content, ids, tokenizer);
  if (special.length > 0) response.special_tokens = special;
  return response;
}

/** The part of the content that `head` or `tail` requests. */
function* reducedSpan(
  { content, head, tail }: ParsedSegmentRequest,
  tokenizer: SegmentTokenizer,
): Steps<Span> {
  if (head != null) return [0, yield* headEnd(tokenizer, content, 0, content.length, head)];
  if (tail != null) {
    return [yield* tailStart(tokenizer, content, 0, content.length, tail), content.length];
  }
  return [0, content.length];
}

/** The tokens of each chunk; without chunks, those of the whole. */
function* tokensOf(
  chunks: readonly string[] | undefined,
  ids: readonly number[],
  tokenizer: SegmentTokenizer,
): Steps<SegmentToken[][]> {
  if (!chunks) return ids.length > 0 ? [yield* groupTokens(tokenizer, ids)] : [];
  const tokens: SegmentToken[][] = [];
  for (const chunk of chunks) {
    tokens.push(yield* groupTokens(tokenizer, yield* encodeSteps(tokenizer, chunk)));
  }
  return tokens;
}

async function spansOf(
  content: string,
  request: ParsedSegmentRequest,
  tokenizer: SegmentTokenizer,
  { embed, locale, signal }: SegmentDependencies,
): Promise<Span[]> {
  const { strategy, overlap } = request;
  if (strategy === 'tokens') {
    const steps = chunkByTokens(content, tokenizer, { maxTokens: request.max_chunk_length, overlap });
    return inSlices(steps, signal);
  }
  const options = { maxLength: request.max_chunk_length - overlap, locale };
  const spans =
    strategy === 'sentence'
      ? await inSlices(chunkBySentences(content, options), signal)
      : strategy === 'semantic'
        ? await chunkBySemantics(content, { ...options, embed: embed!, signal })
        : await inSlices(chunkByStructure(content, options), signal);
  return inSlices(withOverlap(content, spans, { overlap, locale }), signal);
}

/** Texts of the special tokens among `ids` that really stand in the text: [UNK] for a rare character does not. */
function specialTokensIn(content: string, ids: readonly number[], tokenizer: SegmentTokenizer): string[] {
  const present = new Set(ids);
  return [...tokenizer.specialTokens]
    .filter(([, id]) => present.has(id))
    .map(([text]) => ({ text, at: content.indexOf(text) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}
