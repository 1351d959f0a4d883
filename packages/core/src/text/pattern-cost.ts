/**
 * Bounds the time of a regular expression by its shape. JavaScript's engine backtracks, which for
 * `(a+)+b` doubles with every letter, and cannot be stopped: neither in a page's worker nor in Node. So a pattern is
 * looked at before it is used.
 */

/** Repetitions that are retried if the rest of the pattern does not match. */
export interface Retried {
  /** Source of the repeated pattern. */
  readonly atom: string;
  /** A run of n takes at most `factor` · n to this power. */
  readonly power: number;
  readonly factor: number;
}

export interface PatternCost {
  /** Characters that a match has at least. */
  readonly shortest: number;
  /** Empty for a pattern whose time is linear in the text. */
  readonly quantifiers: readonly Retried[];
}

interface Item {
  readonly node: Node;
  readonly least: number;
  readonly most: number;
}

type Sequence = readonly Item[];

type Node =
  /** One character. */
  | { readonly kind: 'set'; readonly source: string }
  | { readonly kind: 'group'; readonly source: string; readonly alternatives: readonly Sequence[] }
  /** Lookarounds before or after it. */
  | { readonly kind: 'look'; readonly source: string; readonly alternatives: readonly Sequence[] };

/** Repetitions beyond this count as without end. */
const FEW = 16;
/** Repetitions without end in one way through a pattern that can fail behind them. */
const MOST_RETRIED = 2;
/** Choices in one path through a pattern that can fail after them: each doubles the attempts. */
const MOST_CHOICES = 10;
const DEEPEST = 50;

/**
 * @param source of a JavaScript pattern with the flag `u`.
 * @throws Error naming the part that could run without end, or is not understood.
 */
export function patternCost(source: string): PatternCost {
  const parser = new Parser(source);
  const alternatives = parser.alternatives(0);
  if (!parser.atEnd) throw new Error('a bracket too many');
  const quantifiers: Retried[] = [];
  for (const sequence of alternatives) {
    const path: Path = { atoms: [], choices: 0 };
    walk(sequence, false, path);
    if (path.atoms.length === 0) continue;
    if (path.atoms.length > MOST_RETRIED) {
      throw new Error(`${path.atoms.length} repetitions follow each other and can fail`);
    }
    quantifiers.push({
      atom: path.atoms.join('|'),
      power: path.atoms.length + 1,
      factor: 2 ** path.choices,
    });
  }
  return { shortest: Math.min(...alternatives.map(shortestOf)), quantifiers };
}

interface Path {
  /** Sources of unbounded repetitions before a part that can fail. */
  atoms: string[];
  choices: number;
}

/** @param canFail whether the rest after the sequence can fail. */
function walk(sequence: Sequence, canFail: boolean, path: Path): void {
  sequence.forEach(({ node, least, most }, index) => {
    const rest = sequence.slice(index + 1);
    const restCanFail = canFail || rest.some((item) => item.least > 0 || item.node.kind === 'look');
    if (node.kind === 'look') {
      if (most > 1) throw new Error(`'${node.source}' is repeated`);
      for (const inner of node.alternatives) walk(inner, true, path);
    } else if (node.kind === 'group' && !isSingle(node)) {
      if (most > 1 && !isFixed(node))
        throw new Error(`'${node.source}' is repeated and can be read in several ways`);
      if (most > FEW && restCanFail) path.atoms.push(node.source);
      else if ((most > least || node.alternatives.length > 1) && restCanFail) path.choices++;
      for (const inner of node.alternatives) walk(inner, restCanFail, path);
    } else if (most > FEW && restCanFail) {
      path.atoms.push(node.source);
    } else if (most > least && restCanFail) {
      path.choices++;
    }
  });
  if (path.choices > MOST_CHOICES) throw new Error(`${path.choices} choices follow each other and can fail`);
}

/** Whether a group is one character after some looks, as classes within classes are written. */
function isSingle({ alternatives }: { readonly alternatives: readonly Sequence[] }): boolean {
  if (alternatives.length !== 1) return false;
  const items = alternatives[0]!;
  if (items.some(({ least, most }) => least !== 1 || most !== 1)) return false;
  const taking = items.filter(({ node }) => node.kind !== 'look');
  if (taking.length !== 1) return false;
  return items.every(({ node }) =>
    node.kind === 'look' ? node.alternatives.every(isSingleSequence) : node.kind === 'set' || isSingle(node),
  );
}

const isSingleSequence = (items: Sequence): boolean => isSingle({ alternatives: [items] });

/** Whether a group matches in one way only, and consumes characters. */
function isFixed({ alternatives }: { readonly alternatives: readonly Sequence[] }): boolean {
  if (alternatives.length !== 1) return false;
  const items = alternatives[0]!;
  return (
    shortestOf(items) > 0 &&
    items.every(
      ({ node, least, most }) =>
        least === most &&
        (node.kind === 'set' || (node.kind === 'group' && (isSingle(node) || isFixed(node)))),
    )
  );
}

const shortestOf = (items: Sequence): number =>
  items.reduce((sum, { node, least }) => {
    if (node.kind === 'set') return sum + least;
    if (node.kind === 'look') return sum;
    return sum + least * Math.min(...node.alternatives.map(shortestOf));
  }, 0);

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get atEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  alternatives(depth: number): Sequence[] {
    if (depth > DEEPEST) throw new Error('its brackets are too deep');
    const all: Sequence[] = [];
    let items: Item[] = [];
    while (!this.atEnd && this.#peek() !== ')') {
      if (this.#peek() === '|') {
        this.#at++;
        all.push(items);
        items = [];
        continue;
      }
      const node = this.#node(depth);
      const [least, most] = this.#quantifier();
      if (node) items.push({ node, least, most });
    }
    all.push(items);
    return all;
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  /** Null for an anchor, which takes nothing and is right or wrong at once. */
  #node(depth: number): Node | null {
    const start = this.#at;
    const rest = this.#source.slice(start);
    if (rest.startsWith('(')) {
      const opening = /^\((\?(<?[=!]|:|<[\p{L}_][\p{L}\p{N}_]*>))?/u.exec(rest)![0];
      if (opening === '(' && rest[1] === '?') throw new Error(`'${rest.slice(0, 4)}' is not known`);
      this.#at += opening.length;
      const alternatives = this.alternatives(depth + 1);
      if (this.#peek() !== ')') throw new Error('a bracket is missing');
      this.#at++;
      const source = this.#source.slice(start, this.#at);
      return { kind: /[=!]$/.test(opening) ? 'look' : 'group', source, alternatives };
    }
    // Anchors can fail like any look.
    if (rest[0] === '^' || rest[0] === '$') return this.#take(1, 'look');
    if (rest[0] === '[') {
      const set = /^\[(?:\\.|[^\]\\])*\]/su.exec(rest);
      if (!set) throw new Error('a bracket is missing');
      return this.#take(set[0].length, 'set');
    }
    if (rest[0] === '\\') {
      if (/^\\(?:[1-9]|k)/.test(rest)) throw new Error('it looks back at what it took');
      if (/^\\[bB]/.test(rest)) return this.#take(2, 'look');
      const escaped = /^\\(?:[pPu]\{[^}]*\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|.)/su.exec(rest);
      return this.#take(escaped![0].length, 'set');
    }
    return this.#take(String.fromCodePoint(rest.codePointAt(0)!).length, 'set');
  }

  #take(length: number, kind: 'set' | 'look'): Node {
    const source = this.#source.slice(this.#at, this.#at + length);
    this.#at += length;
    return kind === 'set' ? { kind, source } : { kind, source, alternatives: [] };
  }

  #quantifier(): [least: number, most: number] {
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#source.slice(this.#at, this.#at + 40));
    if (!found) return [1, 1];
    this.#at += found[0].length;
    const [text, least, range, most] = found;
    if (text.startsWith('*')) return [0, Number.POSITIVE_INFINITY];
    if (text.startsWith('+')) return [1, Number.POSITIVE_INFINITY];
    if (text.startsWith('?')) return [0, 1];
    const from = Number(least);
    return [from, range === undefined ? from : most ? Number(most) : Number.POSITIVE_INFINITY];
  }
}
