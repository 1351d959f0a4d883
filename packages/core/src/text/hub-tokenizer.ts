import { SequenceDecoder, SequencePostProcessor } from '@huggingface/tokenizers';
import { FoundationError } from '@nearfield/spec';
import { AddedTokens } from './added-tokens.ts';
import { wellFormed } from './characters.ts';
import { Cuts } from './cuts.ts';
import { type Normalizer, normalizerOf } from './normalizers.ts';
import { patternOf } from './patterns.ts';
import { type PreTokenizer, preTokenizerOf } from './pre-tokenizers.ts';
import type { TokenModel, Vocabulary } from './token-model.ts';
import {
  type AddedTokenFile,
  type ComponentFile,
  componentOf,
  componentsOf,
  isRecord,
} from './tokenizer-file.ts';
import { addedTokensOf, type ModelType, modelOf, vocabularyOf } from './vocabulary.ts';

/** The first tokens of a text. */
export interface TextStart {
  readonly ids: number[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** A template of special tokens, filled in. */
export interface FilledTemplate {
  readonly tokens: readonly string[];
  readonly types: readonly number[] | undefined;
}

interface Decoder {
  (tokens: string[]): string;
  added_tokens: readonly { readonly content: string }[];
}

interface PostProcessor {
  readonly config: { readonly type?: unknown };
  post_process(
    tokens: string[],
    pair: string[] | null,
    addsSpecial: boolean,
  ): { tokens: string[]; tokens_pair?: string[] | null; token_type_ids?: number[] };
}

/** UTF-16 units of a long text to read at a time, so that memory is bounded and messages can be let in. */
const PART = 1 << 15;
const SMALLEST_PART = 1 << 9;
/** A longer part without a place to cut it is broken off inside a word. */
const LONG_WORD = 1 << 12;

/** Special tokens around a text are a few. */
const MOST_AROUND = 256;

/**
 * A tokenizer of the hub's files. Texts become the tokens that Hugging Face's Rust tokenisers give, which published
 * vectors were made with; decoders and templates are those of `@huggingface/tokenizers`.
 *
 * A lone surrogate is read as U+FFFD.
 */
export class HubTokenizer {
  readonly modelType: ModelType;
  /** Prefix of a piece inside a word (`##`); undefined if it has none. */
  readonly subwordPrefix: string | undefined;
  /** Kinds of decoders that the file has, those in sequences too. */
  readonly decoderTypes: ReadonlySet<unknown>;
  readonly addedTokens: readonly AddedTokenFile[];
  readonly #vocabulary: Vocabulary;
  readonly #model: TokenModel;
  readonly #normalizer: Normalizer | undefined;
  readonly #preTokenizer: PreTokenizer | undefined;
  readonly #raw: AddedTokens;
  readonly #normalized: AddedTokens;
  readonly #cuts: Cuts;
  readonly #decoder: Decoder | undefined;
  readonly #postProcessor: PostProcessor | undefined;
  readonly #special: ReadonlySet<string>;
  /** Suffix of the last piece of a word. */
  readonly #suffix: string;

  /**
   * @param file tokenizer.json, parsed.
   * @param config tokenizer_config.json, parsed.
   * @throws Error naming the unreadable part of the file: see {@link readTokenizer}.
   */
  constructor(file: unknown, config: unknown) {
    if (!isRecord(file)) throw new Error('it is not an object');
    if (!isRecord(config)) throw new Error('tokenizer_config.json is not an object');
    const model = componentOf(file.model, 'model');
    if (!model) throw new Error('it has no model');
    const vocabulary = vocabularyOf(model);
    const normalizer = componentOf(file.normalizer, 'normalizer');
    const preTokenizer = componentOf(file.pre_tokenizer, 'pre_tokenizer');
    this.#normalizer = normalizer ? normalizerOf(normalizer) : undefined;
    this.#preTokenizer = preTokenizer ? preTokenizerOf(preTokenizer) : undefined;
    ({ type: this.modelType, model: this.#model } = modelOf(model, vocabulary));
    this.#suffix = typeof model.end_of_word_suffix === 'string' ? model.end_of_word_suffix : '';
    const prefix = model.continuing_subword_prefix;
    this.subwordPrefix =
      this.modelType === 'WordPiece' ? (typeof prefix === 'string' ? prefix : '##') : undefined;
    // After the model, whose pieces they are not.
    this.addedTokens = addedTokensOf(file.added_tokens, vocabulary);
    this.#vocabulary = vocabulary;
    const [early, late] = [false, true].map((normalized) =>
      this.addedTokens.filter((token) => token.normalized === normalized),
    );
    this.#raw = new AddedTokens(
      early!,
      early!.map(({ content }) => content),
    );
    this.#normalized = new AddedTokens(
      late!,
      late!.map(({ content }) => this.#normalize(content)),
    );
    this.#cuts = new Cuts({
      style: this.#preTokenizer?.cuts ?? 'nowhere',
      normalizer: this.#normalizer,
      addedTokens: this.addedTokens,
    });
    const additional = Array.isArray(config.additional_special_tokens)
      ? config.additional_special_tokens
      : [];
    this.#special = new Set([
      ...this.addedTokens.filter(({ special }) => special).map(({ content }) => content),
      ...additional.filter((token): token is string => typeof token === 'string'),
    ]);
    const decoder = componentOf(file.decoder, 'decoder');
    this.decoderTypes = checkDecoder(decoder);
    this.#decoder = decoder ? decoderOf(decoder, this.addedTokens) : undefined;
    const postProcessor = componentOf(file.post_processor, 'post_processor');
    this.#postProcessor = postProcessor ? postProcessorOf(postProcessor) : undefined;
  }

  /** The id of a token's text. */
  idOf(token: string): number | undefined {
    return this.#vocabulary.ids.get(token);
  }

  /** The text of a token's id. */
  tokenOf(id: number): string | undefined {
    return this.#vocabulary.tokens.get(id);
  }

  /** Ids of a text, without special tokens around it. @throws FoundationError MODEL_INVALID */
  encode(text: string): number[] {
    return reading(() => {
      const ids: number[] = [];
      for (const [from, to] of this.#parts(text, PART)) this.#read(text.slice(from, to), from === 0, ids);
      return ids;
    });
  }

  /**
   * The ids of a text part by part, so that messages can be let in between. A part is some thousand characters, unless
   * a word is longer.
   * @throws FoundationError MODEL_INVALID
   */
  *parts(text: string): Generator<number[], void> {
    for (const [from, to] of this.#parts(text, PART)) {
      yield reading(() => {
        const ids: number[] = [];
        this.#read(text.slice(from, to), from === 0, ids);
        return ids;
      });
    }
  }

  /**
   * The first `count` ids of a text. Of a long text only the beginning is read, cut where that does not change its
   * tokens (see {@link Cuts}).
   * @throws FoundationError MODEL_INVALID
   */
  start(text: string, count: number): TextStart {
    return reading(() => {
      const ids: number[] = [];
      const size = Math.min(PART, Math.max(SMALLEST_PART, count * 4));
      const parts = this.#parts(text, size, (from, limit) => {
        const within = this.#cuts.lastWithin(text, from, limit);
        if (within < 0) return false;
        const certain = [...ids];
        this.#read(text.slice(from, within), from === 0, certain, true);
        if (certain.length <= count) return false;
        for (let at = ids.length; at < certain.length; at++) ids.push(certain[at]!);
        return true;
      });
      for (const [from, to] of parts) {
        this.#read(text.slice(from, to), from === 0, ids);
        if (ids.length > count) break;
      }
      const isWhole = ids.length <= count;
      ids.length = Math.min(ids.length, Math.max(0, count));
      return { ids, isWhole };
    });
  }

  /** The text of some ids, special tokens left out. @throws FoundationError MODEL_INVALID */
  decode(ids: readonly number[]): string {
    return reading(() => {
      const tokens = ids
        .map((id) => this.tokenOf(id) ?? '')
        .filter((token) => token !== '' && !this.#special.has(token));
      const text = this.#decoder ? this.#decoder(tokens) : tokens.join(' ');
      return this.#suffix === '' ? text : text.replaceAll(this.#suffix, ' ').trim();
    });
  }

  /** Tokens around a text or pair: the post-processor's output with these as their tokens. */
  template(first: string, second?: string): FilledTemplate {
    const processor = this.#postProcessor;
    if (!processor) return { tokens: second === undefined ? [first] : [first, second], types: undefined };
    const result = processor.post_process([first], second === undefined ? null : [second], true);
    // Byte-level processors add nothing and leave the second text where it was.
    const tokens = [...result.tokens, ...(result.tokens_pair ?? [])];
    if (tokens.length > MOST_AROUND) throw new Error(`it puts ${tokens.length} special tokens around a text`);
    // RoBERTa has one segment only, regardless of the library's count.
    const hasSegments = processor.config.type !== 'RobertaProcessing';
    return { tokens, types: hasSegments ? result.token_type_ids : undefined };
  }

  /**
   * Parts of a text that are read separately.
   * @param enough called if a part has no end within `limit`: returns whether the parts before it suffice.
   */
  *#parts(
    text: string,
    size: number,
    enough?: (from: number, limit: number) => boolean,
  ): Generator<readonly [from: number, to: number]> {
    for (let from = 0; from < text.length; ) {
      let limit = from + size;
      let to = -1;
      while (limit < text.length) {
        to = this.#cuts.last(text, from, limit);
        if (to > 0) break;
        if (limit - from >= LONG_WORD && enough?.(from, limit)) return;
        limit = from + (limit - from) * 2;
      }
      if (to < 0) to = text.length;
      yield [from, to];
      from = to;
    }
  }

  #normalize(text: string): string {
    return this.#normalizer ? this.#normalizer.normalize(text) : text;
  }

  /** @param isOpen whether the last piece continues after this part: then only its certain tokens are read. */
  #read(part: string, isStart: boolean, ids: number[], isOpen = false): void {
    const sections = this.#raw.split(wellFormed(part));
    sections.forEach((section, index) => {
      if ('token' in section) {
        ids.push(section.token.id);
        return;
      }
      const isLast = isOpen && index === sections.length - 1;
      const subsections = this.#normalized.split(this.#normalize(section.text));
      subsections.forEach((subsection, at) => {
        if ('token' in subsection) {
          ids.push(subsection.token.id);
          return;
        }
        const atStart = isStart && section.start === 0 && subsection.start === 0;
        this.#readWords(subsection.text, atStart, ids, isLast && at === subsections.length - 1);
      });
    });
  }

  #readWords(text: string, atStart: boolean, ids: number[], isOpen: boolean): void {
    const { pieces } = this.#preTokenizer?.divide({ pieces: [text], atStart }) ?? { pieces: [text] };
    const closed = isOpen ? pieces.length - 1 : pieces.length;
    for (let index = 0; index < closed; index++) this.#model.encodeInto(pieces[index]!, ids);
    if (isOpen && pieces.length > 0) this.#model.encodeStart(pieces.at(-1)!, ids);
  }
}

/** Whose a tokenizer is, for errors. */
export interface TokenizerOwner {
  /** The model's name. */
  readonly of?: string | undefined;
  /** The request's field that names it. */
  readonly param?: string | undefined;
}

/**
 * A tokenizer from the texts of its files.
 * @param of whose it is, and the request's field that names it, for errors.
 * @throws FoundationError MODEL_INVALID naming the file and what of it is wrong: damaged, not known, ids that are none,
 * or patterns that could run without end.
 */
export function readTokenizer(
  tokenizerJson: string,
  configJson: string,
  { of, param }: TokenizerOwner = {},
): HubTokenizer {
  let file = 'tokenizer_config.json';
  try {
    const config: unknown = JSON.parse(configJson);
    file = 'tokenizer.json';
    return new HubTokenizer(JSON.parse(tokenizerJson), config);
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw invalid(`${file}${of ? ` of ${of}` : ''} cannot be read`, cause, param);
  }
}

const invalid = (what: string, cause: unknown, param?: string): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    ...(param && { param }),
    message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    cause,
  });

/** Errors that a tokenizer's own rules throw are errors of the model. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw invalid('The tokenizer (tokenizer.json) cannot read a text', cause);
  }
}

/** Maximum factor by which replacements may lengthen decoded text. */
const MOST_DECODED_GROWTH = 256;

/** Kinds of a decoder. @throws Error for patterns that could run without end, or replacements that grow. */
function checkDecoder(decoder: ComponentFile | null): Set<unknown> {
  const types = new Set<unknown>();
  let growth = 1;
  const check = (file: ComponentFile, depth: number): void => {
    if (depth > 8) throw new Error('its decoders lie too deep in each other');
    types.add(file.type);
    if (file.type === 'Sequence')
      for (const each of componentsOf(file.decoders, 'decoders')) check(each, depth + 1);
    if (file.pattern === undefined) return;
    const { shortest } = patternOf(file.pattern);
    const { length } = typeof file.content === 'string' ? file.content : '';
    growth *= shortest > 0 ? Math.max(1, length / shortest) : 1 + length;
  };
  if (decoder) check(decoder, 0);
  if (growth > MOST_DECODED_GROWTH) throw new Error(`its decoder can make a text ${growth} times longer`);
  return types;
}

/** A library's class for sequences makes the parts of any kind. */
function decoderOf(file: ComponentFile, addedTokens: readonly AddedTokenFile[]): Decoder {
  const sequence = new SequenceDecoder({ type: 'Sequence', decoders: [file] } as never);
  const [decoder] = (sequence as unknown as { decoders: Decoder[] }).decoders;
  decoder!.added_tokens = addedTokens;
  return decoder!;
}

function postProcessorOf(file: ComponentFile): PostProcessor {
  const sequence = new SequencePostProcessor({ type: 'Sequence', processors: [file] } as never);
  return (sequence as unknown as { processors: PostProcessor[] }).processors[0]!;
}
