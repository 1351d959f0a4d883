import { type Span, sentenceSpans, wordSpans } from './sentences.ts';

/** A stretch of a document that is embedded as one. */
export interface SplitPassage {
  /** The headings above it, outermost first. */
  headings: string[];
  text: string;
}

export interface SplitOptions {
  /** Read `#` headings and take Markdown's marks off. Default false. */
  markdown?: boolean;
  /** Longest passage in words; a longer paragraph is cut between sentences. Default 120. */
  maxWords?: number;
  /** A shorter paragraph joins the one after it, if both fit. Default 12. */
  minWords?: number;
  /** Longest passage in characters, for text without words (tables of digits, encoded data). Default 1200. */
  maxCharacters?: number;
}

/**
 * Splits a document into passages: paragraph by paragraph, long ones cut between sentences (and, where a
 * single sentence is too long, between words), very short ones joined with what follows under the same heading.
 * Lines of code, tables, lists and verse stay lines; those of a wrapped paragraph are joined.
 */
export const splitPassages = (document: string, options: SplitOptions = {}): SplitPassage[] =>
  splitSections(sections(document, options.markdown ?? false), options);

/** As {@link splitPassages}, for a document whose headings and blocks are known. */
export function splitSections(
  document: readonly Section[],
  { maxWords = 120, minWords = 12, maxCharacters = 1200 }: Omit<SplitOptions, 'markdown'> = {},
): SplitPassage[] {
  const limits = { maxWords, maxCharacters };
  const passages: SplitPassage[] = [];
  for (const { headings, blocks } of document) {
    let pending: Block | undefined;
    const flush = (): void => {
      if (pending) passages.push({ headings, text: pending.text });
      pending = undefined;
    };
    for (const block of blocks) {
      const joined: Block = pending
        ? { text: `${pending.text}\n${block.text}`, lines: pending.lines || block.lines }
        : block;
      if (pending && !fits(joined.text, limits)) {
        flush();
        pending = block;
      } else pending = joined;
      if (!fits(pending.text, limits)) {
        const parts = pending.lines ? cutLines(pending.text, limits) : cutLong(pending.text, limits);
        for (const text of parts) passages.push({ headings, text });
        pending = undefined;
      } else if (wordSpans(pending.text).length >= minWords) flush();
    }
    flush();
  }
  return passages;
}

interface Limits {
  maxWords: number;
  maxCharacters: number;
}

const fits = (text: string, { maxWords, maxCharacters }: Limits): boolean =>
  text.length <= maxCharacters && wordSpans(text).length <= maxWords;

/** A paragraph, or lines that belong together. */
export interface Block {
  text: string;
  /** Whether the line breaks mean something: code, tables, lists, verse. */
  lines: boolean;
}

/** Blocks under the same headings. */
export interface Section {
  /** Outermost first. */
  headings: string[];
  blocks: Block[];
}

/** Gathers blocks under the headings above them. */
export class Outline {
  readonly #found: Section[] = [];
  readonly #headings: (string | undefined)[] = [];
  #section: Section = { headings: [], blocks: [] };

  /** @param level 1 is the outermost */
  heading(level: number, text: string): void {
    this.#headings.length = Math.min(this.#headings.length, level - 1);
    this.#headings[level - 1] = text;
    const headings = this.#headings.filter((heading) => heading !== undefined && heading !== '') as string[];
    if (this.#section.blocks.length > 0) this.#found.push(this.#section);
    this.#section = { headings, blocks: [] };
  }

  block(text: string, lines = false): void {
    if (text.trim() !== '') this.#section.blocks.push({ text, lines });
  }

  /** The sections that hold something. */
  get sections(): Section[] {
    return this.#section.blocks.length > 0 ? [...this.#found, this.#section] : this.#found;
  }
}

/** Blocks, grouped under their headings. Plain text is one section. */
function sections(document: string, markdown: boolean): Section[] {
  const lines = withoutFrontMatter(document.replace(/^\uFEFF/u, '').split(/\r\n?|\n/u), markdown);
  const outline = new Outline();
  let block: string[] = [];
  let fence: string | undefined;
  const endBlock = (): void => {
    const { text, lines: kept } = fence === undefined ? blockOf(block, markdown) : verbatim(block);
    outline.block(text, kept);
    block = [];
  };
  for (const line of lines) {
    const mark = markdown ? /^\s*(`{3,}|~{3,})(.*)$/u.exec(line) : null;
    if (fence === undefined && mark) {
      endBlock();
      fence = mark[1]!;
    } else if (fence !== undefined) {
      if (mark && mark[1]!.startsWith(fence) && mark[2]!.trim() === '') {
        endBlock();
        fence = undefined;
      } else block.push(line);
    } else {
      const heading = markdown ? /^ {0,3}(#{1,6})\s+(.+?)\s*#*$/u.exec(line) : null;
      if (heading) {
        endBlock();
        outline.heading(heading[1]!.length, withoutMarks(heading[2]!));
      } else if (markdown && block.length === 1 && /^ {0,3}(?:=+|-+)\s*$/u.test(line)) {
        // A title with a line under it.
        const [title] = block.splice(0);
        outline.heading(line.includes('=') ? 1 : 2, withoutMarks(title!));
      } else if (line.trim() === '' || (markdown && isDivider(line))) endBlock();
      else block.push(line);
    }
  }
  endBlock();
  return outline.sections;
}

/** Lines as they are, without the indent that all of them share and without empty ones around them. */
function verbatim(lines: readonly string[]): Block {
  const filled = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  const text = lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0).trimEnd()).join('\n');
  return { text: text.replace(/^\n+|\n+$/gu, ''), lines: true };
}

const tidy = (line: string): string => line.replace(/\s+/gu, ' ').trim();

/** One block of lines that no empty line parts. */
function blockOf(lines: readonly string[], markdown: boolean): Block {
  if (!markdown) {
    const tabular = lines.some((line) => line.includes('\t') || /\S {3,}\S/u.test(line));
    if (tabular && lines.length > 1) return verbatim(lines);
    return isWrapped(lines) ? { text: tidy(lines.join(' ')), lines: false } : joinLines(lines.map(tidy));
  }
  // Indented by four spaces or a tab is code.
  if (lines.length > 0 && lines.every((line) => /^(?: {4}|\t)/u.test(line)) && !lines.some(startsItem))
    return verbatim(lines);
  return joinLines(markdownLines(lines));
}

const joinLines = (lines: readonly string[]): Block => ({
  text: lines.join('\n'),
  lines: lines.length > 1,
});

/**
 * Whether lines are one paragraph that was wrapped to a width: the first word of each line would not have fitted on
 * the line before. Verse, addresses and lists break their lines earlier.
 */
function isWrapped(lines: readonly string[]): boolean {
  const width = Math.max(0, ...lines.map((line) => line.trimEnd().length));
  return lines.every((line, index) => {
    const next = lines[index + 1];
    if (next === undefined) return true;
    const word = /^\s*(\S+)/u.exec(next)?.[1] ?? '';
    return line.trimEnd().length + 1 + word.length > width;
  });
}

const ITEM = /^\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+/u;
const startsItem = (line: string): boolean => ITEM.test(line);
const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/u.test(line);
const isDivider = (line: string): boolean => /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/u.test(line);
/** The line under a table's head. */
const isRule = (line: string): boolean => /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/u.test(line);
const isPicture = (line: string): boolean => /^\s*!\[[^\]]*\]\([^)]*\)\s*$/u.test(line);
/** Two spaces or a backslash at the end of a line keep the break. */
const isBroken = (line: string): boolean => / {2,}$|\\$/u.test(line);

/** The lines of a Markdown block, as they are read: items, rows and pictures each on their own, wrapped ones joined. */
function markdownLines(lines: readonly string[]): string[] {
  const table = lines.some((line, index) => index > 0 && isRule(line) && lines[index - 1]!.includes('|'));
  const found: string[] = [];
  let open = false;
  for (const line of lines) {
    if (isRule(line) && (table || isRow(line))) continue;
    const row = isRow(line) || (table && line.includes('|'));
    const alone = row || isPicture(line);
    const text = row ? cellsOf(line) : tidy(withoutMarks(line.replace(/\\$/u, '')));
    const last = found.length - 1;
    if (open && !alone && !startsItem(line) && last >= 0) found[last] = tidy(`${found[last]} ${text}`);
    else if (text !== '') found.push(text);
    open = !alone && !isBroken(line);
  }
  return found;
}

/** The cells of a table's row, parted by bars. */
const cellsOf = (line: string): string =>
  line
    .trim()
    .replace(/^\||\|$/gu, '')
    .split(/(?<!\\)\|/u)
    .map((cell) => tidy(withoutMarks(cell)))
    .join(' | ');

/** Drops the `---` block of metadata at the top of a Markdown file. */
function withoutFrontMatter(lines: string[], markdown: boolean): string[] {
  if (!markdown || lines[0]?.trim() !== '---') return lines;
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  return end === -1 ? lines : lines.slice(end + 1);
}

/** The words of a Markdown line without the marks around them. */
function withoutMarks(line: string): string {
  return line
    .replace(/^\s*(?:>\s*)+/u, '')
    .replace(/^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/u, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1')
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/gu, '$2')
    .replace(/(?<![\p{L}\p{N}])([*_])(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/gu, '$2')
    .replace(/`([^`]+)`/gu, '$1');
}

/** Cuts between lines; a line that is too long by itself is cut like a paragraph. */
function cutLines(text: string, limits: Limits): string[] {
  const cut: string[] = [];
  let current: string[] = [];
  const flush = (): void => {
    const part = current.join('\n').replace(/^\n+|\s+$/gu, '');
    if (part.trim() !== '') cut.push(part);
    current = [];
  };
  for (const line of text.split('\n')) {
    if (!fits([...current, line].join('\n'), limits)) flush();
    if (fits(line, limits)) current.push(line);
    else cut.push(...cutLong(line, limits));
  }
  flush();
  return cut;
}

/** Cuts between sentences into parts of about equal length. */
function cutLong(text: string, { maxWords, maxCharacters }: Limits): string[] {
  const pieces = sentenceSpans(text).flatMap((span) => cutSentence(text, span, maxWords, maxCharacters));
  const words = pieces.map(({ start, end }) => wordSpans(text.slice(start, end)).length);
  const total = words.reduce((sum, count) => sum + count, 0);
  const parts = Math.max(Math.ceil(total / maxWords), Math.ceil(text.length / maxCharacters));
  const target = Math.min(maxWords, Math.ceil(total / parts));
  const cut: string[] = [];
  let current: Span | undefined;
  let currentWords = 0;
  for (const [index, piece] of pieces.entries()) {
    const grown = current && { start: current.start, end: piece.end };
    const tooMuch =
      grown && (currentWords + words[index]! > maxWords || grown.end - grown.start > maxCharacters);
    if (current && (tooMuch || currentWords >= target)) {
      cut.push(text.slice(current.start, current.end));
      current = piece;
      currentWords = words[index]!;
    } else {
      current = grown ?? piece;
      currentWords += words[index]!;
    }
  }
  if (current) cut.push(text.slice(current.start, current.end));
  return cut;
}

/** A sentence that is itself too long, cut between words and, where a word never ends, inside it. */
function cutSentence(text: string, span: Span, maxWords: number, maxCharacters: number): Span[] {
  const words = wordSpans(text.slice(span.start, span.end));
  if (words.length <= maxWords && span.end - span.start <= maxCharacters) return [span];
  const cut: Span[] = [];
  let start = span.start;
  let count = 0;
  for (const word of words) {
    const end = span.start + word.end;
    if (count > 0 && (count >= maxWords || end - start > maxCharacters)) {
      cut.push({ start, end: span.start + word.start });
      start = span.start + word.start;
      count = 0;
    }
    count++;
  }
  cut.push({ start, end: span.end });
  return cut
    .flatMap((part) => slices(text, part, maxCharacters))
    .map((part) => trimmed(text, part))
    .filter(({ start, end }) => end > start);
}

/** Pieces of at most `size` characters that never part a surrogate pair. */
function slices(text: string, { start, end }: Span, size: number): Span[] {
  const found: Span[] = [];
  let from = start;
  while (end - from > size) {
    const before = text.charCodeAt(from + size - 1);
    const to = from + size - (before >= 0xd800 && before <= 0xdbff ? 1 : 0);
    found.push({ start: from, end: to });
    from = to;
  }
  found.push({ start: from, end });
  return found;
}

function trimmed(text: string, { start, end }: Span): Span {
  const piece = text.slice(start, end);
  const from = start + piece.length - piece.trimStart().length;
  return { start: from, end: from + piece.trim().length };
}
