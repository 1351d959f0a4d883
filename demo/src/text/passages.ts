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
 */
export function splitPassages(document: string, options: SplitOptions = {}): SplitPassage[] {
  const { markdown = false, maxWords = 120, minWords = 12, maxCharacters = 1200 } = options;
  const fits = (text: string): boolean => text.length <= maxCharacters && wordSpans(text).length <= maxWords;
  const passages: SplitPassage[] = [];
  for (const { headings, paragraphs } of sections(document, markdown)) {
    let pending = '';
    const flush = (): void => {
      if (pending !== '') passages.push({ headings, text: pending });
      pending = '';
    };
    for (const paragraph of paragraphs) {
      const joined = pending === '' ? paragraph : `${pending}\n${paragraph}`;
      if (pending !== '' && !fits(joined)) flush();
      pending = pending === '' ? paragraph : joined;
      if (wordSpans(pending).length < minWords && fits(pending)) continue;
      if (fits(pending)) flush();
      else {
        for (const part of cutLong(pending, maxWords, maxCharacters)) passages.push({ headings, text: part });
        pending = '';
      }
    }
    flush();
  }
  return passages;
}

interface Section {
  headings: string[];
  paragraphs: string[];
}

/** Paragraphs, grouped under their headings. Plain text is one section. */
function sections(document: string, markdown: boolean): Section[] {
  const lines = withoutFrontMatter(document.replace(/^\uFEFF/u, '').split(/\r\n?|\n/u), markdown);
  const found: Section[] = [];
  const headings: string[] = [];
  let section: Section = { headings: [], paragraphs: [] };
  let block: string[] = [];
  let fence: string | undefined;
  const endBlock = (): void => {
    const text = (markdown ? block.map(withoutMarks) : block).join(' ').replace(/\s+/gu, ' ').trim();
    if (text !== '') section.paragraphs.push(text);
    block = [];
  };
  for (const line of lines) {
    const fenceMark = markdown ? /^\s*(```|~~~)/u.exec(line)?.[1] : undefined;
    if (fenceMark && (fence === undefined || fence === fenceMark)) {
      fence = fence === undefined ? fenceMark : undefined;
      endBlock();
      continue;
    }
    const heading = markdown && fence === undefined ? /^(#{1,6})\s+(.+?)\s*#*$/u.exec(line) : null;
    if (heading) {
      endBlock();
      if (section.paragraphs.length > 0) found.push(section);
      const level = heading[1]!.length;
      headings.length = Math.min(headings.length, level - 1);
      headings.push(withoutMarks(heading[2]!));
      section = { headings: [...headings], paragraphs: [] };
    } else if (line.trim() === '') {
      endBlock();
    } else {
      block.push(line);
    }
  }
  endBlock();
  if (section.paragraphs.length > 0) found.push(section);
  return found;
}

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

/** Cuts between sentences into parts of about equal length. */
function cutLong(text: string, maxWords: number, maxCharacters: number): string[] {
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
