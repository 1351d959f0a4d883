/** Tokens by text and by id. */
export interface Vocabulary {
  readonly ids: ReadonlyMap<string, number>;
  readonly tokens: ReadonlyMap<number, string>;
}

/** The last step of a tokenizer: ids of a piece of text, such as a word. */
export interface TokenModel {
  /** Appends the ids of a piece. */
  encodeInto(piece: string, found: number[]): void;
  /**
   * Appends ids with which every piece begins that begins with `start`: those that no following text can change. As
   * many as are certain, perhaps none.
   */
  encodeStart(start: string, found: number[]): void;
}

/** Every piece is one token or unknown. */
export class WholeWords implements TokenModel {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #unknown: number | undefined;

  constructor({ ids }: Vocabulary, unknown: number | undefined) {
    this.#ids = ids;
    this.#unknown = unknown;
  }

  encodeInto(piece: string, found: number[]): void {
    const id = this.#ids.get(piece) ?? this.#unknown;
    if (id !== undefined) found.push(id);
  }

  encodeStart(): void {}
}

/**
 * The ids of a token that the vocabulary does not have, as those of its UTF-8 bytes (`<0xE2>`); undefined if one of the
 * bytes is none either.
 */
export function byteIds(text: string, ids: ReadonlyMap<string, number>): number[] | undefined {
  const found: number[] = [];
  for (const byte of utf8.encode(text)) {
    const id = ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    found.push(id);
  }
  return found;
}

const utf8 = new TextEncoder();
