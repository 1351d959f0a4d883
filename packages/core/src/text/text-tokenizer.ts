import { Tokenizer } from '@huggingface/tokenizers';
import { FoundationError } from '@nearfield/spec';

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
  readonly #tokenizer: Tokenizer;
  readonly #config: TokenizerConfig;
  #pair: PairTemplate | undefined;
  /** Special tokens that the model puts around a single text, such as [CLS] and [SEP]. */
  readonly prefix: Int32Array;
  readonly suffix: Int32Array;
  /** `model_max_length` of the configuration, where it is a real number of tokens. */
  readonly maxLength: number | undefined;
  readonly padId: number;

  /**
   * @param configJson `tokenizer_config.json`; `{}` where the model has none.
   * @throws FoundationError MODEL_INVALID if the files are not a tokenizer this engine can read.
   */
  constructor(tokenizerJson: string, configJson = '{}') {
    try {
      const config = JSON.parse(configJson) as TokenizerConfig;
      this.#config = config;
      this.#tokenizer = new Tokenizer(JSON.parse(tokenizerJson), config);
      const { tokens } = this.#template(FIRST!);
      const at = tokens.indexOf(FIRST!);
      if (at < 0) throw new Error('its template of special tokens has no place for the text');
      this.prefix = this.#idsOf(tokens.slice(0, at));
      this.suffix = this.#idsOf(tokens.slice(at + 1));
      const { model_max_length: maxLength } = config;
      this.maxLength = maxLength && maxLength < 1e7 ? maxLength : undefined;
      this.padId = this.idOf(config.pad_token) ?? this.idOf('<pad>') ?? this.idOf('[PAD]') ?? 0;
    } catch (cause) {
      throw new FoundationError({
        code: 'MODEL_INVALID',
        message: `The tokenizer files cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
        cause,
      });
    }
  }

  /** What surrounds a text or pair: the post-processor's output for placeholders. */
  #template(first: string, second?: string): { tokens: string[]; types: number[] | undefined } {
    const processor = this.#tokenizer.post_processor;
    const texts = second === undefined ? [first] : [first, second];
    if (!processor) return { tokens: texts, types: undefined };
    const result = processor.post_process([first], second === undefined ? null : [second], true);
    // Byte-level processors add nothing and leave the second text where it was.
    const tokens = [...result.tokens, ...(result.tokens_pair ?? [])];
    // RoBERTa has one segment only, whatever the library counts.
    const hasSegments = processor.config.type !== 'RobertaProcessing';
    return { tokens, types: hasSegments ? result.token_type_ids : undefined };
  }

  #idsOf(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => {
      const id = this.#tokenizer.token_to_id(token);
      if (id === undefined) throw new Error(`the special token ${token} is not in its vocabulary`);
      return id;
    });
  }

  /** The id of a token's string, or undefined. Accepts the `{content}` form of added tokens. */
  idOf(token: unknown): number | undefined {
    const content =
      typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
    return typeof content === 'string' ? this.#tokenizer.token_to_id(content) : undefined;
  }

  /** The id of the configured mask token, or of its usual spellings. */
  get maskId(): number | undefined {
    return this.idOf(this.#config.mask_token) ?? this.idOf('<mask>') ?? this.idOf('[MASK]');
  }

  /** Tokens of the vocabulary, by id. */
  tokenOf(id: number): string {
    return this.#tokenizer.id_to_token(id) ?? '';
  }

  /** Strings of all added tokens that are special: what a text must not contain to be only a text. */
  specialTokens(): string[] {
    return [...this.#tokenizer.get_added_tokens_decoder().values()]
      .filter(({ special }) => special)
      .map(({ content }) => content);
  }

  /** Ids of a text alone, without the model's special tokens. */
  encodeBare(text: string): number[] {
    return text === '' ? [] : this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** The text of some ids, special tokens left out. */
  decode(ids: readonly number[]): string {
    if (ids.length === 0) return '';
    return this.#tokenizer.decode([...ids], {
      skip_special_tokens: true,
      clean_up_tokenization_spaces: false,
    });
  }

  /** The token strings of a sequence, as the vocabulary spells them (`▁word`, `##piece`, `Ġword`). */
  tokensOf({ ids }: Pick<TokenSequence, 'ids'>): string[] {
    return Array.from(ids, (id) => this.tokenOf(id));
  }

  /**
   * Ids of a text with its special tokens, cut to `maxTokens` if it is longer.
   * @returns the sequence, and how many tokens it would have without the cut.
   */
  encode(text: string, maxTokens: number): TokenSequence & { fullLength: number } {
    const { ids, fullLength } = this.encodeJoined([text], maxTokens);
    return { ids, fullLength };
  }

  /**
   * Several texts as one sequence, each tokenised by itself, so that its tokens are known exactly: what late
   * chunking pools over. For WordPiece and SentencePiece vocabularies this equals the tokens of the texts
   * joined by a space.
   * @param prompt put before the first text; belongs to no span.
   */
  encodeJoined(texts: readonly string[], maxTokens: number, prompt = ''): JoinedSequence {
    const pieces = texts.map((text, index) => {
      // A prompt is tokenised together with the text it stands before: their border may lie inside a token.
      if (index > 0 || prompt === '') return this.encodeBare(text);
      return this.encodeBare(prompt + text);
    });
    const promptLength = prompt === '' ? 0 : this.#sharedStart(prompt, pieces[0] ?? []);
    const around = this.prefix.length + this.suffix.length;
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const kept = Math.min(total, Math.max(0, maxTokens - around));
    const ids = new Int32Array(kept + around);
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
    return { ids, spans, fullLength: total + around };
  }

  /** How many of the ids are the prompt's own. */
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
