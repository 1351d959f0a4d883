import { trimEnd, trimStart } from './characters.ts';
import type { AddedTokenFile } from './tokenizer-file.ts';
import { Trie } from './trie.ts';

/** A part of a text: one added token, or what is between them. */
export type Section = { readonly token: AddedTokenFile } | { readonly text: string; readonly start: number };

/** Tokens that are matched literally, before words: special ones, and those that were added later. */
export class AddedTokens {
  readonly #tokens: readonly AddedTokenFile[];
  readonly #trie: Trie | undefined;

  /** @param spellings how each is found in the text, such as in lower case. */
  constructor(tokens: readonly AddedTokenFile[], spellings: readonly string[]) {
    this.#tokens = tokens;
    const known = spellings.map((text, index) => [text, index] as const).filter(([text]) => text !== '');
    this.#trie = known.length > 0 ? new Trie(known) : undefined;
  }

  /** The leftmost token, of those the longest; then the next one after it. */
  split(text: string): Section[] {
    if (!this.#trie) return text === '' ? [] : [{ text, start: 0 }];
    const sections: Section[] = [];
    let done = 0;
    for (let at = 0; at < text.length; ) {
      const found = this.#at(text, at);
      if (!found) {
        at++;
        continue;
      }
      const { token, end } = found;
      let start = at;
      at = end;
      if (token.single_word && (WORD_END.test(before(text, start)) || WORD_START.test(after(text, end))))
        continue;
      let stop = end;
      if (token.lstrip) start = Math.max(done, trimEnd(text.slice(done, start)).length + done);
      if (token.rstrip) stop = text.length - trimStart(text.slice(end)).length;
      if (done < start) sections.push({ text: text.slice(done, start), start: done });
      sections.push({ token });
      done = stop;
    }
    if (done < text.length) sections.push({ text: done === 0 ? text : text.slice(done), start: done });
    return sections;
  }

  #at(text: string, start: number): { token: AddedTokenFile; end: number } | undefined {
    let found: { token: AddedTokenFile; end: number } | undefined;
    let node = 0;
    for (let at = start; at < text.length; ) {
      node = this.#trie!.next(node, text.charCodeAt(at++));
      if (node === 0) break;
      const index = this.#trie!.valueAt(node);
      if (index >= 0) found = { token: this.#tokens[index]!, end: at };
    }
    return found;
  }
}

const WORD_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const WORD_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;

/** The characters beside a position, halves of a pair together. */
const before = (text: string, at: number): string => text.slice(Math.max(0, at - 2), at);
const after = (text: string, at: number): string => text.slice(at, at + 2);
