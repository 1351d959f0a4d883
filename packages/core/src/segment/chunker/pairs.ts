import type { Meter } from './meter.ts';

/** HTML elements that stay together from their opening to their closing tag. */
const PAIRED = 'h[1-6]|table|pre|script|style|textarea|svg|math|ul|ol|dl|p|blockquote|figure';

/**
 * Ends of the elements and environments of a text. Each kind is matched in one pass over the text, on first use:
 * looking for the end from every start would be quadratic if none is closed.
 */
export class Pairs {
  readonly #text: string;
  readonly #meter: Meter;
  #elements: Map<number, number> | undefined;
  #environments: Map<number, number> | undefined;
  /** No "-->" follows from here on. */
  #commentLimit = Number.POSITIVE_INFINITY;

  constructor(text: string, meter: Meter) {
    this.#text = text;
    this.#meter = meter;
  }

  /** The offset after the closing tag of the element that opens at `at`; undefined if it has none. */
  elementEnd(at: number): number | undefined {
    this.#elements ??= this.#match(
      new RegExp(`<(/?)(${PAIRED})(?=[\\s/>])`, 'gi'),
      (match) => match[1] === '/',
      (match) => match[2]!.toLowerCase(),
      // The closing tag's own ">" may be anywhere; the line's end is near enough.
      (match) => match.index + match[0].length + 1,
    );
    return this.#elements.get(at);
  }

  /** The offset after `\end{name}` of the environment that `\begin{name}` at `at` opens. */
  environmentEnd(at: number): number | undefined {
    this.#environments ??= this.#match(
      /\\(begin|end)\{([^{}\s]{1,40})\}/g,
      (match) => match[1] === 'end',
      (match) => match[2]!,
      (match) => match.index + match[0].length,
    );
    return this.#environments.get(at);
  }

  /** The offset after the "-->" of a comment that opens at `at`. */
  commentEnd(at: number): number | undefined {
    if (at >= this.#commentLimit) return undefined;
    const end = this.#text.indexOf('-->', at + 4);
    this.#meter.add((end < 0 ? this.#text.length : end) - at);
    if (end >= 0) return end + 3;
    this.#commentLimit = at;
    return undefined;
  }

  #match(
    pattern: RegExp,
    isClosing: (match: RegExpExecArray) => boolean,
    nameOf: (match: RegExpExecArray) => string,
    endOf: (match: RegExpExecArray) => number,
  ): Map<number, number> {
    const open = new Map<string, number[]>();
    const ends = new Map<number, number>();
    this.#meter.add(this.#text.length);
    for (const match of this.#text.matchAll(pattern)) {
      const name = nameOf(match);
      const stack = open.get(name) ?? [];
      open.set(name, stack);
      if (!isClosing(match)) {
        stack.push(match.index);
      } else {
        const start = stack.pop();
        if (start !== undefined) ends.set(start, Math.min(endOf(match), this.#text.length));
      }
    }
    return ends;
  }
}
