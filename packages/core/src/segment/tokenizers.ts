import { FoundationError, TOKENIZERS, type TokenizerName } from '@nearfield/spec';
import { BYTE_CHARACTERS } from '../text/pre-tokenizers.ts';
import { type LoadedEncoding, loadEncoding } from './encodings.ts';
import type { RankSource } from './ranks.ts';

/** The segmenter's interface of a tokenizer. */
export interface SegmentTokenizer {
  /** As it appears in the response. */
  readonly name: string;
  /**
   * Ids of a text. A special token's string in the text is that one token; nothing is added around the text
   * ([CLS], [SEP], …).
   */
  encode(text: string): number[];
  /**
   * The meaning of a token: its text if that is whole by itself, its UTF-8 bytes if it holds a part of
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
export function loadTokenizer(name: string, ranks: RankSource): Promise<SegmentTokenizer> {
  if (!isTokenizerName(name)) {
    return Promise.reject(
      new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: `Unknown tokenizer '${name}'. Use one of ${TOKENIZERS.join(', ')}, or the id of a model of the catalogue.`,
        param: 'tokenizer',
      }),
    );
  }
  let promise = loading.get(name);
  if (!promise) {
    promise = loadEncoding(name, ranks).then((encoding) => new EncodingTokenizer(name, encoding));
    loading.set(name, promise);
    // A failed download must not stick.
    promise.catch(() => loading.delete(name));
  }
  return promise;
}

/** The part of a model's tokenizer that is used here. */
export interface ModelTokens {
  /** Ids of a text, without special tokens around it. */
  encode(text: string): number[];
  tokenOf(id: number): string | undefined;
  readonly addedTokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
  /** Prefix of a piece inside a word (`##`); undefined if it has none. */
  readonly subwordPrefix: string | undefined;
  /** Kinds of decoders in tokenizer.json. */
  readonly decoderTypes: ReadonlySet<unknown>;
}

/** The bytes that the characters of byte-level BPE vocabularies (GPT-2 and after) stand for. */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/;

class ModelTokenizer implements SegmentTokenizer {
  readonly name: string;
  readonly specialTokens: ReadonlyMap<string, number>;
  readonly #tokenizer: ModelTokens;
  readonly #added: ReadonlyMap<number, string>;
  readonly #byteLevel: boolean;
  readonly #decoded = new Map<number, string | Uint8Array>();

  constructor(name: string, tokenizer: ModelTokens) {
    this.name = name;
    this.#tokenizer = tokenizer;
    const { addedTokens, decoderTypes } = tokenizer;
    this.#added = new Map(addedTokens.map(({ id, content }) => [id, content]));
    this.specialTokens = new Map(
      addedTokens.filter(({ special }) => special).map(({ id, content }) => [content, id]),
    );
    this.#byteLevel = decoderTypes.has('ByteLevel');
  }

  encode(text: string): number[] {
    return this.#tokenizer.encode(text);
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
    if (added !== undefined) return added;
    const token = this.#tokenizer.tokenOf(id) ?? '';
    if (this.#byteLevel) {
      return textOrBytes(Uint8Array.from(token, (character) => BYTE_OF_CHARACTER.get(character) ?? 0x3f));
    }
    const prefix = this.#tokenizer.subwordPrefix;
    if (prefix !== undefined) return token.startsWith(prefix) ? token.slice(prefix.length) : token;
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
 * @param tokenizer made from the model's files.
 */
export const fromHubTokenizer = (name: string, tokenizer: ModelTokens): SegmentTokenizer =>
  new ModelTokenizer(name, tokenizer);
