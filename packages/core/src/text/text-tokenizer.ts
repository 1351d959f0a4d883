import { FoundationError } from '@nearfield/spec';
import { type FilledTemplate, type HubTokenizer, readTokenizer, type TextStart } from './hub-tokenizer.ts';

/** A text (or pair) as the model reads it, special tokens included. */
export interface TokenSequence {
  readonly ids: Int32Array;
  /** Segment of each token, for models with `token_type_ids`; undefined means all zero. */
  readonly typeIds?: Int32Array | undefined;
  /** 0 for tokens that the others do not attend to; undefined means all one. */
  readonly mask?: Uint8Array | undefined;
}

/** A range of tokens: `start` is the first, `end` one past the last. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/** Several texts read as one sequence. */
export interface JoinedSequence extends TokenSequence {
  /** The tokens of each text, without special tokens; empty for a text that was cut off. */
  readonly spans: readonly TokenSpan[];
  /** Tokens that the whole would have without the cut, special tokens included. */
  readonly fullLength: number;
}

/** A text as the model reads it, perhaps cut. */
export interface ReadSequence extends TokenSequence {
  /** Whether nothing was cut off. */
  readonly isWhole: boolean;
}

/** Several texts as one sequence, perhaps cut. */
export type ReadJoined = Omit<JoinedSequence, 'fullLength'> & ReadSequence;

/** Special tokens around and between the two texts of a pair: `start A middle B end`. */
export interface PairTemplate {
  readonly start: Int32Array;
  readonly middle: Int32Array;
  readonly end: Int32Array;
  /** Segment of the second text and of `end`, for models with `token_type_ids`. */
  readonly secondType: number;
}

interface TokenizerConfig {
  model_max_length?: number;
  pad_token?: unknown;
  cls_token?: unknown;
  mask_token?: unknown;
  additional_special_tokens?: unknown;
}

/** Stand for the texts when a template of special tokens is looked at. No vocabulary has them. */
const [FIRST, SECOND] = ['\u0000first', '\u0000second'];

/** A model's own tokenizer: reads `tokenizer.json` and `tokenizer_config.json` of the hub's layout. */
export class TextTokenizer {
  readonly #tokenizer: HubTokenizer;
  readonly #config: TokenizerConfig;
  #pair: PairTemplate | undefined;
  /** Special tokens that the model puts around a single text, such as [CLS] and [SEP]. */
  readonly prefix: Int32Array;
  readonly suffix: Int32Array;
  /** `model_max_length` of the configuration, if it is a real number of tokens. */
  readonly maxLength: number | undefined;
  readonly padId: number;

  /**
   * @param configJson `tokenizer_config.json`; `{}` if the model has none.
   * @param of the model's name, for errors.
   * @throws FoundationError MODEL_INVALID naming the file and its unreadable part.
   */
  constructor(tokenizerJson: string, configJson = '{}', of?: string) {
    this.#tokenizer = readTokenizer(tokenizerJson, configJson, { of });
    const config = JSON.parse(configJson) as TokenizerConfig;
    this.#config = config;
    const { tokens } = this.#template(FIRST!);
    const at = tokens.indexOf(FIRST!);
    if (at < 0) throw templateError('its template of special tokens has no place for the text');
    this.prefix = this.#idsOf(tokens.slice(0, at));
    this.suffix = this.#idsOf(tokens.slice(at + 1));
    const { model_max_length: maxLength } = config;
    this.maxLength =
      typeof maxLength === 'number' && maxLength > 0 && maxLength < 1e7 ? maxLength : undefined;
    this.padId = this.idOf(config.pad_token) ?? this.idOf('<pad>') ?? this.idOf('[PAD]') ?? 0;
  }

  /** Tokens around a text or pair: the post-processor's output for placeholders. */
  #template(first: string, second?: string): FilledTemplate {
    try {
      return this.#tokenizer.template(first, second);
    } catch (cause) {
      throw templateError(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #idsOf(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => {
      const id = this.#tokenizer.idOf(token);
      if (id === undefined) throw templateError(`the special token ${token} is not in its vocabulary`);
      return id;
    });
  }

  /** The id of a token's string, or undefined. Accepts the `{content}` form of added tokens. */
  idOf(token: unknown): number | undefined {
    const content =
      typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
    return typeof content === 'string' ? this.#tokenizer.idOf(content) : undefined;
  }

  /** The id of the configured mask token, or of its usual spellings. */
  get maskId(): number | undefined {
    return this.idOf(this.#config.mask_token) ?? this.idOf('<mask>') ?? this.idOf('[MASK]');
  }

  /** Tokens of the vocabulary, by id. */
  tokenOf(id: number): string {
    return this.#tokenizer.tokenOf(id) ?? '';
  }

  /** Strings of all special added tokens, which a plain text must not contain. */
  specialTokens(): string[] {
    return this.#tokenizer.addedTokens.filter(({ special }) => special).map(({ content }) => content);
  }

  /** Ids of a text alone, without the model's special tokens. */
  encodeBare(text: string): number[] {
    return this.#tokenizer.encode(text);
  }

  /**
   * The first `count` ids of a text alone, and whether they are all. Of a long text only the beginning is read; the ids
   * are those of the whole.
   */
  encodeStart(text: string, count: number): TextStart {
    return this.#tokenizer.start(text, count);
  }

  /** The ids of a text alone, part by part, so that messages can be let in between. */
  parts(text: string): Generator<number[], void> {
    return this.#tokenizer.parts(text);
  }

  /** The text of some ids, special tokens left out. */
  decode(ids: readonly number[]): string {
    return this.#tokenizer.decode(ids);
  }

  /** The token strings of a sequence, as the vocabulary spells them (`▁word`, `##piece`, `Ġword`). */
  tokensOf({ ids }: Pick<TokenSequence, 'ids'>): string[] {
    return Array.from(ids, (id) => this.tokenOf(id));
  }

  /**
   * Ids of a text with its special tokens, cut to `maxTokens` if it is longer.
   * @returns the sequence, and how many tokens it would have without the cut: the whole text is read. See {@link read}.
   */
  encode(text: string, maxTokens: number): TokenSequence & { fullLength: number } {
    const { ids, fullLength } = this.encodeJoined([text], maxTokens);
    return { ids, fullLength };
  }

  /** Like {@link encode}; only the beginning of a longer text is read. */
  read(text: string, maxTokens: number): ReadSequence {
    const { ids, isWhole } = this.readJoined([text], maxTokens);
    return { ids, isWhole };
  }

  /**
   * Several texts as one sequence, each tokenised by itself, so that its tokens are known exactly: what late
   * chunking pools over. For WordPiece and SentencePiece vocabularies this equals the tokens of the texts
   * joined by a space.
   * @param prompt put before the first text; belongs to no span.
   */
  encodeJoined(texts: readonly string[], maxTokens: number, prompt = ''): JoinedSequence {
    const pieces = texts.map((text, index) => this.encodeBare(index === 0 ? prompt + text : text));
    return this.joinTokens(pieces, maxTokens, prompt);
  }

  /**
   * As {@link encodeJoined}, of the texts' own tokens.
   * @param pieces tokens of each text; the first one's with the prompt before it.
   */
  joinTokens(pieces: readonly (readonly number[])[], maxTokens: number, prompt = ''): JoinedSequence {
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const room = Math.min(total, this.#roomIn(maxTokens));
    return { ...this.#join(pieces, room, prompt), fullLength: total + this.#around };
  }

  /** Like {@link encodeJoined}; the part that is cut off is not read. */
  readJoined(texts: readonly string[], maxTokens: number, prompt = ''): ReadJoined {
    let room = this.#roomIn(maxTokens);
    let isWhole = true;
    const pieces = texts.map((text, index) => {
      const start = this.encodeStart(index === 0 ? prompt + text : text, room);
      room -= start.ids.length;
      isWhole &&= start.isWhole;
      return start.ids;
    });
    const kept = this.#roomIn(maxTokens) - room;
    return { ...this.#join(pieces, kept, prompt), isWhole };
  }

  /** Special tokens around a text. */
  get #around(): number {
    return this.prefix.length + this.suffix.length;
  }

  #roomIn(maxTokens: number): number {
    return Math.max(0, maxTokens - this.#around);
  }

  /**
   * The tokens of some texts with the special tokens around them.
   * @param kept how many of them, without special tokens.
   */
  #join(
    pieces: readonly (readonly number[])[],
    kept: number,
    prompt: string,
  ): Pick<JoinedSequence, 'ids' | 'spans'> {
    // A prompt is tokenised together with the text it stands before: their border may lie inside a token.
    const promptLength = prompt === '' ? 0 : this.#sharedStart(prompt, pieces[0] ?? []);
    const ids = new Int32Array(kept + this.#around);
    ids.set(this.prefix);
    const last = this.prefix.length + kept;
    let position = this.prefix.length;
    const spans = pieces.map((piece, index) => {
      const start = Math.min(last, position + (index === 0 ? promptLength : 0));
      for (let at = 0; at < piece.length && position + at < last; at++) ids[position + at] = piece[at]!;
      position += piece.length;
      return { start, end: Math.min(last, position) };
    });
    ids.set(this.suffix, last);
    return { ids, spans };
  }

  /** Number of ids that are the prompt's own. */
  #sharedStart(prompt: string, ids: readonly number[]): number {
    const own = this.encodeBare(prompt.trimEnd());
    let shared = 0;
    while (shared < own.length && own[shared] === ids[shared]) shared++;
    return shared;
  }

  /** The special tokens of a pair. @throws FoundationError MODEL_INVALID if the tokenizer has no pairs. */
  get pair(): PairTemplate {
    this.#pair ??= this.#readPair();
    return this.#pair;
  }

  #readPair(): PairTemplate {
    const { tokens, types } = this.#template(FIRST!, SECOND!);
    const [first, second] = [tokens.indexOf(FIRST!), tokens.indexOf(SECOND!)];
    if (first < 0 || second < first) {
      throw new FoundationError({
        code: 'MODEL_INVALID',
        message: 'The tokenizer has no template for two texts, which a reranker needs.',
      });
    }
    return {
      start: this.#idsOf(tokens.slice(0, first)),
      middle: this.#idsOf(tokens.slice(first + 1, second)),
      end: this.#idsOf(tokens.slice(second + 1)),
      secondType: types?.[second] ?? 0,
    };
  }
}

function templateError(reason: string, cause?: unknown): FoundationError {
  return new FoundationError({
    code: 'MODEL_INVALID',
    message: `tokenizer.json cannot be read: ${reason}.`,
    cause,
  });
}
