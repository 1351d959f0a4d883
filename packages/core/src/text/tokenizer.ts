import { Tokenizer } from '@huggingface/tokenizers';
import { FoundationError } from '@nearfield/spec';

/** A text (or pair) as the model reads it, special tokens included. */
export interface TokenSequence {
  readonly ids: Int32Array;
  /** Segment of each token, for models with `token_type_ids`; undefined means all zero. */
  readonly typeIds?: Int32Array | undefined;
}

/** A model's own tokenizer: reads `tokenizer.json` and `tokenizer_config.json` of the hub's layout. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  /** Special tokens that the model puts around a single text, such as [CLS] and [SEP]. */
  readonly prefix: Int32Array;
  readonly suffix: Int32Array;
  /** `model_max_length` of the configuration, where it is a real number of tokens. */
  readonly maxLength: number | undefined;
  readonly padId: number;

  /** @throws FoundationError MODEL_INVALID if the files are not a tokenizer this engine can read. */
  constructor(tokenizerJson: string, configJson: string) {
    try {
      const config = JSON.parse(configJson) as { model_max_length?: number; pad_token?: unknown };
      this.#tokenizer = new Tokenizer(JSON.parse(tokenizerJson), config);
      const bare = this.#tokenizer.encode('a', { add_special_tokens: false }).ids;
      const full = this.#tokenizer.encode('a', { add_special_tokens: true }).ids;
      const start = full.findIndex((_, offset) => bare.every((id, index) => full[offset + index] === id));
      if (start < 0) throw new Error('the template of special tokens was not recognised');
      this.prefix = Int32Array.from(full.slice(0, start));
      this.suffix = Int32Array.from(full.slice(start + bare.length));
      const { model_max_length: maxLength } = config;
      this.maxLength = maxLength && maxLength < 1e7 ? maxLength : undefined;
      this.padId = this.#idOf(config.pad_token) ?? 0;
    } catch (cause) {
      throw new FoundationError({
        code: 'MODEL_INVALID',
        message: `The tokenizer files cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
        cause,
      });
    }
  }

  /** The id of a token's string, or undefined. Accepts the `{content}` form of added tokens. */
  #idOf(token: unknown): number | undefined {
    const content =
      typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
    return typeof content === 'string' ? this.#tokenizer.token_to_id(content) : undefined;
  }

  /** Ids of a text alone, without the model's special tokens. */
  encodeBare(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * Ids of a text with its special tokens, cut to `maxTokens` if it is longer.
   * @returns the sequence, and how many tokens it would have without the cut.
   */
  encode(text: string, maxTokens: number): TokenSequence & { fullLength: number } {
    const bare = this.encodeBare(text);
    const around = this.prefix.length + this.suffix.length;
    const kept = Math.min(bare.length, Math.max(0, maxTokens - around));
    const ids = new Int32Array(kept + around);
    ids.set(this.prefix);
    for (let index = 0; index < kept; index++) ids[this.prefix.length + index] = bare[index]!;
    ids.set(this.suffix, this.prefix.length + kept);
    return { ids, fullLength: bare.length + around };
  }
}
