import { FoundationError, TOKENIZERS, type TokenizerName } from '@nearfield/spec';
import { type LoadedEncoding, loadEncoding } from './encodings.ts';

/** What the segmenter needs of a tokenizer. */
export interface SegmentTokenizer {
  /** As it appears in the response. */
  readonly name: string;
  /**
   * Ids of a text. A special token's string in the text is that one token; nothing is added around the text
   * ([CLS], [SEP], …).
   */
  encode(text: string): number[];
  /**
   * What a token stands for: its text where that is whole by itself, its UTF-8 bytes where it holds a part of
   * a character.
   */
  decode(id: number): string | Uint8Array;
  /** Special tokens by their text. */
  readonly specialTokens: ReadonlyMap<string, number>;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of complete UTF-8, the bytes themselves otherwise. */
function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** A pattern that finds any of the given strings, the longest first. */
function anyOf(strings: Iterable<string>): RegExp {
  const sorted = [...strings].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
}

class EncodingTokenizer implements SegmentTokenizer {
  readonly name: string;
  readonly specialTokens: ReadonlyMap<string, number>;
  readonly #encoding: LoadedEncoding;
  readonly #special: RegExp;
  readonly #decoded = new Map<number, string | Uint8Array>();

  constructor(name: string, encoding: LoadedEncoding) {
    this.name = name;
    this.specialTokens = encoding.specialTokens;
    this.#encoding = encoding;
    this.#special = anyOf(encoding.specialTokens.keys());
    for (const [text, id] of encoding.specialTokens) this.#decoded.set(id, text);
  }

  encode(text: string): number[] {
    const ids: number[] = [];
    let from = 0;
    for (const match of text.matchAll(this.#special)) {
      if (match.index > from) this.#encoding.encoder.encodeInto(text.slice(from, match.index), ids);
      ids.push(this.specialTokens.get(match[0])!);
      from = match.index + match[0].length;
    }
    this.#encoding.encoder.encodeInto(from === 0 ? text : text.slice(from), ids);
    return ids;
  }

  decode(id: number): string | Uint8Array {
    let decoded = this.#decoded.get(id);
    if (decoded === undefined) {
      decoded = textOrBytes(this.#encoding.encoder.bytesOf(id) ?? new Uint8Array());
      this.#decoded.set(id, decoded);
    }
    return decoded;
  }
}

const loading = new Map<TokenizerName, Promise<SegmentTokenizer>>();

/** Whether a name is one of the API's tokenizers. */
export const isTokenizerName = (name: string): name is TokenizerName =>
  (TOKENIZERS as readonly string[]).includes(name);

/**
 * One of the API's tokenizers. Its vocabulary is loaded on first use and kept.
 * @throws FoundationError INPUT_VALIDATION_FAILED for an unknown name, DOWNLOAD_FAILED.
 */
export function loadTokenizer(name: string): Promise<SegmentTokenizer> {
  if (!isTokenizerName(name)) {
    return Promise.reject(
      new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `There is no tokenizer '${name}'. Use one of ${TOKENIZERS.join(', ')}, or the id of a model of the catalogue.`,
        param: 'tokenizer',
      }),
    );
  }
  let promise = loading.get(name);
  if (!promise) {
    promise = loadEncoding(name).then((encoding) => new EncodingTokenizer(name, encoding));
    loading.set(name, promise);
    // A failed download must not stick.
    promise.catch(() => loading.delete(name));
  }
  return promise;
}

/** The part of a `Tokenizer` of @huggingface/tokenizers that is used here. */
export interface HubTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  id_to_token(id: number): string | undefined;
  get_added_tokens_decoder(): ReadonlyMap<number, { content: string; special: boolean }>;
  /** The model part of tokenizer.json. */
  readonly model: {
    config: { type?: string | undefined; continuing_subword_prefix?: string | null | undefined };
  } | null;
  /** The decoder part of tokenizer.json. */
  readonly decoder: object | null;
}

/**
 * The printable stand-ins that byte-level BPE vocabularies (GPT-2 and after) use for bytes: visible Latin-1
 * characters stand for themselves, the 68 others are moved up to U+0100 and following, in order.
 */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let moved = 0;
  for (let byte = 0; byte < 256; byte++) {
    const visible = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    map.set(String.fromCharCode(visible ? byte : 0x100 + moved++), byte);
  }
  return map;
})();

const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/;

interface DecoderConfiguration {
  type?: string;
  decoders?: DecoderConfiguration[];
}

/** Whether a decoder, or one in its sequence, is of a type. */
function hasDecoder(configuration: DecoderConfiguration | undefined, type: string): boolean {
  if (!configuration) return false;
  return configuration.type === type || (configuration.decoders ?? []).some((each) => hasDecoder(each, type));
}

class ModelTokenizer implements SegmentTokenizer {
  readonly name: string;
  readonly specialTokens: ReadonlyMap<string, number>;
  readonly #tokenizer: HubTokenizer;
  readonly #added: ReadonlyMap<number, { content: string }>;
  readonly #byteLevel: boolean;
  readonly #subwordPrefix: string | undefined;
  readonly #decoded = new Map<number, string | Uint8Array>();

  constructor(name: string, tokenizer: HubTokenizer) {
    this.name = name;
    this.#tokenizer = tokenizer;
    const added = tokenizer.get_added_tokens_decoder();
    this.#added = added;
    this.specialTokens = new Map(
      [...added].filter(([, token]) => token.special).map(([id, token]) => [token.content, id]),
    );
    const decoder = tokenizer.decoder as { config?: DecoderConfiguration } | null;
    this.#byteLevel = hasDecoder(decoder?.config, 'ByteLevel');
    const model = tokenizer.model?.config;
    this.#subwordPrefix = model?.type === 'WordPiece' ? (model.continuing_subword_prefix ?? '##') : undefined;
  }

  encode(text: string): number[] {
    return text === '' ? [] : this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  decode(id: number): string | Uint8Array {
    let decoded = this.#decoded.get(id);
    if (decoded === undefined) {
      decoded = this.#decode(id);
      this.#decoded.set(id, decoded);
    }
    return decoded;
  }

  #decode(id: number): string | Uint8Array {
    const added = this.#added.get(id);
    if (added) return added.content;
    const token = this.#tokenizer.id_to_token(id) ?? '';
    if (this.#byteLevel) {
      return textOrBytes(Uint8Array.from(token, (character) => BYTE_OF_CHARACTER.get(character) ?? 0x3f));
    }
    if (this.#subwordPrefix) {
      return token.startsWith(this.#subwordPrefix) ? token.slice(this.#subwordPrefix.length) : token;
    }
    const byte = BYTE_TOKEN.exec(token);
    if (byte) return textOrBytes(Uint8Array.of(Number.parseInt(byte[1]!, 16)));
    return token.replaceAll('\u2581', ' ');
  }
}

/**
 * A model's own tokenizer as one for the segmenter. Tokens of byte-level vocabularies (Qwen, RoBERTa) decode to
 * exactly the text they came from. WordPiece (BERT) and Unigram (XLM-R) normalise the text first, so that their
 * tokens' texts are the vocabulary's: lower case, "ing" for "##ing", " word" for "▁word".
 *
 * @param tokenizer a `Tokenizer` of @huggingface/tokenizers, made from the model's files.
 */
export const fromHubTokenizer = (name: string, tokenizer: HubTokenizer): SegmentTokenizer =>
  new ModelTokenizer(name, tokenizer);
