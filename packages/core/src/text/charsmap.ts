/**
 * SentencePiece's compiled table of replacements (`precompiled_charsmap`): a double array (Darts) of UTF-8 keys, then
 * the replacements, each ended by a zero.
 */
export class Charsmap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #decoded = new Map<number, string>();

  /** @throws Error if the table is none. */
  constructor(base64: string) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const size = bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : -1;
    if (size <= 0 || size % 4 !== 0 || size + 4 > bytes.length) {
      throw new Error('its table of replacements (precompiled_charsmap) is damaged');
    }
    const view = new DataView(bytes.buffer, 4, size);
    this.#units = Uint32Array.from({ length: size / 4 }, (_, at) => view.getUint32(at * 4, true));
    this.#replacements = bytes.subarray(4 + size);
    let run = 0;
    for (const byte of this.#replacements) {
      run = byte === 0 ? 0 : run + 1;
      if (run > LONGEST_REPLACEMENT) {
        throw new Error(
          `its table of replacements (precompiled_charsmap) puts more than ${LONGEST_REPLACEMENT} bytes in one place`,
        );
      }
    }
  }

  /** Replacement of the beginning of a text, if the table has it; the shortest such beginning decides. */
  replacement(text: string): string | undefined {
    const units = this.#units;
    let node = offsetOf(units[0]!);
    for (const byte of utf8.encode(text)) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = units[node];
      // The high bit and the low byte: a unit of this byte, and no value.
      if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
      node ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) return this.#textAt((units[node] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  #textAt(start: number): string {
    let text = this.#decoded.get(start);
    if (text === undefined) {
      let end = start;
      while (end < this.#replacements.length && this.#replacements[end] !== 0) end++;
      text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#replacements.subarray(start, end));
      this.#decoded.set(start, text);
    }
    return text;
  }
}

const utf8 = new TextEncoder();

/** Far above the published tables' (33 bytes), far below what could fill the memory. */
const LONGEST_REPLACEMENT = 512;

/** Offset of a unit's children, relative to it. */
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
