import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib';
import PDFDocument from 'pdfkit';
import type { Part, SetDocument, Style, Truth } from './model.ts';
import { randomOf } from './words.ts';

const require = createRequire(import.meta.url);
const FILES = {
  'DejaVu Sans': ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'],
  'DejaVu Serif': ['DejaVuSerif.ttf', 'DejaVuSerif-Bold.ttf'],
} as const;
const NAMES = {
  Helvetica: ['Helvetica', 'Helvetica-Bold'],
  Times: ['Times-Roman', 'Times-Bold'],
} as const;
const HEADING_SCALE = { 1: 1.8, 2: 1.4, 3: 1.15 } as const;

/** A PDF and what it says. */
export interface Typeset {
  bytes: Uint8Array;
  truth: Truth;
}

/** Typesets a document. @param password needed to open it */
export async function typeset({ style, parts }: SetDocument, password?: string): Promise<Typeset> {
  const typesetter = new Typesetter(style, password);
  for (const part of parts) typesetter.part(part);
  return typesetter.end();
}

interface Word {
  text: string;
  /** Label of a footnote behind it. */
  mark?: string | undefined;
}

class Typesetter {
  readonly #style: Style;
  readonly #document: InstanceType<typeof PDFDocument>;
  readonly #bytes: Promise<Buffer>;
  readonly #truth: Truth = { words: [], headings: [], tables: [], scannedPages: [] };
  readonly #random: () => number;
  #page = 0;
  #column = 0;
  #top = 0;
  #y = 0;
  /** Lowest line of the current column. */
  #limit = 0;
  #notes: string[][] = [];
  /** Notes that the column will end with. */
  readonly #below: { label: string; lines: Word[][] }[] = [];
  #noteCount = 0;
  #fieldCount = 0;
  #outline: unknown[] = [];

  constructor(style: Style, password: string | undefined) {
    this.#style = style;
    this.#random = randomOf(style.seed);
    this.#document = new PDFDocument({
      autoFirstPage: false,
      size: style.page,
      margin: 0,
      info: { Title: '', CreationDate: new Date('2026-01-02T03:04:05Z') },
      ...(password !== undefined && { userPassword: password, pdfVersion: '1.7' as const }),
    });
    this.#bytes = buffer(this.#document as unknown as NodeJS.ReadableStream);
    const { font } = style;
    const [regular, bold] =
      font === 'Helvetica' || font === 'Times' ? NAMES[font] : FILES[font].map(fontFile);
    this.#document.registerFont('regular', regular!);
    this.#document.registerFont('bold', bold!);
    this.#newPage();
  }

  get #width(): number {
    const { margin, columns, gutter } = this.#style;
    return (this.#pageWidth - 2 * margin - gutter * (columns - 1)) / columns;
  }

  get #pageWidth(): number {
    return this.#style.turned === 0 ? this.#document.page.width : this.#document.page.height;
  }

  get #pageHeight(): number {
    return this.#style.turned === 0 ? this.#document.page.height : this.#document.page.width;
  }

  get #left(): number {
    const { margin, gutter, columns, rightToLeft } = this.#style;
    const column = rightToLeft ? columns - 1 - this.#column : this.#column;
    return margin + column * (this.#width + gutter);
  }

  part(part: Part): void {
    switch (part.kind) {
      case 'heading':
        this.#heading(part.level, part.text);
        break;
      case 'paragraph':
        this.#paragraph(part);
        break;
      case 'list':
        this.#list(part.items, part.ordered);
        break;
      case 'table':
        this.#table(part.rows, part.rules);
        break;
      case 'fields':
        this.#fields(part.fields);
        break;
      case 'scan':
        this.#scan();
        break;
    }
    this.#flushNotes(this.#page - 1);
  }

  async end(): Promise<Typeset> {
    this.#endColumn();
    this.#flushNotes(this.#page);
    this.#document.end();
    return { bytes: new Uint8Array(await this.#bytes), truth: this.#truth };
  }

  #newPage(): void {
    const { margin, running, turned, size } = this.#style;
    this.#document.addPage();
    this.#page += 1;
    this.#notes[this.#page] = [];
    if (turned !== 0) {
      // The page's own points stay as they are: text runs up or down, and viewers turn it.
      const { page } = this.#document;
      (page.dictionary as unknown as { data: Record<string, unknown> }).data.Rotate = turned;
      if (turned === 90) this.#document.transform(0, -1, 1, 0, 0, page.height);
      else this.#document.transform(0, 1, -1, 0, page.width, 0);
    }
    this.#column = 0;
    this.#top = margin;
    this.#y = margin;
    this.#limit = this.#pageHeight - margin;
    if (running !== undefined) {
      const small = size * 0.85;
      const even = this.#page % 2 === 0;
      this.#set(
        running,
        even ? margin : this.#pageWidth - margin - this.#measure(running, small),
        margin * 0.5,
        small,
      );
      const number = even ? String(this.#page) : `Page ${this.#page}`;
      this.#set(number, this.#pageWidth / 2 - 10, this.#pageHeight - margin * 0.5, small);
    }
  }

  /** Makes sure that a height is left in the column. */
  #need(height: number): void {
    if (this.#y + height <= this.#limit) return;
    this.#endColumn();
    if (this.#column + 1 < this.#style.columns) {
      this.#column += 1;
      this.#y = this.#top;
      this.#limit = this.#pageHeight - this.#style.margin;
    } else this.#newPage();
  }

  #measure(text: string, size: number, bold: boolean = false): number {
    return this.#document.font(bold ? 'bold' : 'regular', size).widthOfString(text);
  }

  /** Sets text whose line is at `y` from its top. */
  #set(
    text: string,
    x: number,
    y: number,
    size: number,
    bold: boolean = false,
    wordSpacing: number = 0,
  ): void {
    this.#document.font(bold ? 'bold' : 'regular', size).text(text, x, y, { lineBreak: false, wordSpacing });
  }

  /** Breaks words into lines; long words may be parted. */
  #lines(words: readonly Word[], width: number, size: number, bold: boolean, indent: number): Word[][] {
    const lines: Word[][] = [[]];
    const space = this.#measure(' ', size, bold);
    let used = indent;
    const put = (word: Word, wide: number): void => {
      used += (lines.at(-1)!.length > 0 ? space : 0) + wide;
      lines.at(-1)!.push(word);
    };
    for (const word of words) {
      const wide = this.#measure(word.text, size, bold) + (word.mark === undefined ? 0 : size);
      const before = lines.at(-1)!.length > 0 ? space : 0;
      if (used + before + wide <= width || (lines.at(-1)!.length === 0 && used === 0)) {
        put(word, wide);
        continue;
      }
      const [head, tail] = this.#style.hyphenated ? parted(word.text) : [];
      const hyphenWide = head === undefined ? 0 : this.#measure(`${head}-`, size, bold);
      if (head !== undefined && tail !== undefined && used + before + hyphenWide <= width) {
        put({ text: `${head}-` }, hyphenWide);
        lines.push([]);
        used = 0;
        put({ text: tail, mark: word.mark }, this.#measure(tail, size, bold));
      } else {
        lines.push([]);
        used = 0;
        put(word, wide);
      }
    }
    return lines;
  }

  /** Sets one line of words. */
  #line(
    words: readonly Word[],
    x: number,
    width: number,
    size: number,
    bold: boolean,
    justified: boolean,
  ): void {
    const { rightToLeft } = this.#style;
    if (rightToLeft) {
      let right = x + width;
      for (const { text } of words) {
        const wide = this.#measure(text, size, bold);
        this.#set(text, right - wide, this.#y, size, bold);
        right -= wide + this.#measure(' ', size, bold);
      }
      return;
    }
    const natural = this.#measure(words.map(({ text }) => text).join(' '), size, bold);
    const extra = justified && words.length > 1 ? Math.max(0, (width - natural) / (words.length - 1)) : 0;
    const marked = words.findIndex(({ mark }) => mark !== undefined);
    if (marked < 0) {
      this.#set(words.map(({ text }) => text).join(' '), x, this.#y, size, bold, extra);
      return;
    }
    const first = words
      .slice(0, marked + 1)
      .map(({ text }) => text)
      .join(' ');
    this.#set(first, x, this.#y, size, bold);
    const at = x + this.#measure(first, size, bold);
    this.#set(words[marked]!.mark!, at, this.#y - size * 0.05, size * 0.6);
    const rest = words
      .slice(marked + 1)
      .map(({ text }) => text)
      .join(' ');
    this.#set(
      rest,
      at + this.#measure(words[marked]!.mark!, size * 0.6) + this.#measure(' ', size, bold),
      this.#y,
      size,
      bold,
    );
  }

  #heading(level: 1 | 2 | 3, text: string): void {
    const { size, leading, spanning, margin, columns, outline } = this.#style;
    const large = size * HEADING_SCALE[level];
    const across = spanning && level === 1 && this.#column === 0 && this.#y === this.#top;
    const width = across ? this.#pageWidth - 2 * margin : this.#width;
    const lines = this.#lines(wordsOf(text), width, large, true, 0);
    if (this.#y > this.#top) this.#y += size * 0.9;
    this.#need(lines.length * large * 1.2 + size * leading * 3);
    for (const line of lines) {
      this.#line(line, across ? margin : this.#left, width, large, true, false);
      this.#y += large * 1.2;
    }
    this.#y += size * 0.5;
    if (across && columns > 1) this.#top = this.#y;
    this.#truth.words.push(...text.split(' '));
    this.#truth.headings.push({ level, text });
    if (!outline) return;
    this.#outline.length = level;
    const above = (this.#outline.findLast((item, index) => item !== undefined && index < level) ??
      this.#document.outline) as {
      addItem(title: string): unknown;
    };
    this.#outline[level] = above.addItem(text);
  }

  #paragraph({ text, note, link }: Extract<Part, { kind: 'paragraph' }>): void {
    const { size, leading, justified, indented } = this.#style;
    const words: Word[] = wordsOf(text);
    if (note !== undefined) {
      this.#noteCount += 1;
      words[3]!.mark = String(this.#noteCount);
    }
    const indent = indented ? size * 1.6 : 0;
    const lines = this.#lines(words, this.#width, size, false, indent);
    if (link !== undefined) this.#need(size * leading);
    lines.forEach((line, index) => {
      this.#need(size * leading);
      if (note !== undefined && line.some(({ mark }) => mark !== undefined)) this.#setNote(note);
      const shift = index === 0 && !this.#style.rightToLeft ? indent : 0;
      this.#line(
        line,
        this.#left + shift,
        this.#width - (index === 0 ? indent : 0),
        size,
        false,
        justified && index < lines.length - 1,
      );
      if (index === 0 && link !== undefined) {
        const wide = this.#measure(
          words
            .slice(0, 3)
            .map((word) => word.text)
            .join(' '),
          size,
        );
        this.#document.link(this.#left + shift, this.#y, wide, size, link);
      }
      this.#y += size * leading;
    });
    if (!indented) this.#y += size * 0.7;
    this.#truth.words.push(...text.split(' '));
  }

  /** Puts a note at the bottom of the column. */
  #setNote(text: string): void {
    const small = this.#style.size * 0.8;
    const label = String(this.#noteCount);
    const lines = this.#lines(wordsOf(text), this.#width - small * 1.2, small, false, 0);
    const height = lines.length * small * 1.2;
    this.#limit -= height + (this.#below.length === 0 ? small : 0);
    this.#below.push({ label, lines });
    this.#notes[this.#page]!.push(text);
  }

  /** Sets the notes of a column that is full. */
  #endColumn(): void {
    const small = this.#style.size * 0.8;
    if (this.#below.length === 0) return;
    this.#y = this.#limit + small;
    for (const { label, lines } of this.#below.splice(0)) {
      this.#set(label, this.#left, this.#y - small * 0.05, small * 0.7);
      for (const line of lines) {
        this.#line(line, this.#left + small * 1.2, this.#width, small, false, false);
        this.#y += small * 1.2;
      }
    }
  }

  /** Notes of pages that have ended become part of the text. */
  #flushNotes(page: number): void {
    for (let number = 1; number <= page; number += 1) {
      for (const note of this.#notes[number]!.splice(0)) this.#truth.words.push(...note.split(' '));
    }
  }

  #list(items: readonly { text: string; depth: number }[], ordered: boolean): void {
    const { size, leading } = this.#style;
    items.forEach(({ text, depth }, index) => {
      const shift = size * (0.6 + depth * 1.8);
      const marker = ordered ? `${index + 1}.` : depth > 0 ? '–' : '•';
      const hang = size * 1.5;
      this.#lines(wordsOf(text), this.#width - shift - hang, size, false, 0).forEach((line, row) => {
        this.#need(size * leading);
        if (row === 0) this.#set(marker, this.#left + shift, this.#y, size);
        this.#line(line, this.#left + shift + hang, this.#width, size, false, false);
        this.#y += size * leading;
      });
      this.#truth.words.push(...text.split(' '));
    });
    this.#y += size * 0.7;
  }

  #table(rows: readonly string[][], rules: 'grid' | 'horizontal' | 'none'): void {
    const { size, leading, rightToLeft } = this.#style;
    const count = rows[0]!.length;
    const wide = this.#width / count;
    const padding = size * 0.6;
    const cells = rows.map((row, index) =>
      row.map((text) => this.#lines(wordsOf(text), wide - 2 * padding, size, index === 0, 0)),
    );
    const heights = cells.map(
      (row) => Math.max(...row.map((lines) => lines.length)) * size * leading + padding,
    );
    this.#y += size * 0.5;
    this.#need(heights.reduce((sum, height) => sum + height, 0) + size);
    const [left, top] = [this.#left, this.#y];
    const ys = [top];
    cells.forEach((row, index) => {
      row.forEach((lines, column) => {
        const place = rightToLeft ? count - 1 - column : column;
        this.#y = ys.at(-1)! + padding / 2;
        for (const line of lines) {
          this.#line(line, left + place * wide + padding, wide - 2 * padding, size, index === 0, false);
          this.#y += size * leading;
        }
      });
      ys.push(ys.at(-1)! + heights[index]!);
    });
    this.#y = ys.at(-1)! + size;
    const drawn = rules === 'grid' ? ys : rules === 'horizontal' ? [ys[0]!, ys[1]!, ys.at(-1)!] : [];
    this.#document.lineWidth(0.5 + this.#random());
    for (const y of drawn)
      this.#document
        .moveTo(left, y)
        .lineTo(left + count * wide, y)
        .stroke();
    if (rules === 'grid') {
      for (let column = 0; column <= count; column += 1)
        this.#document
          .moveTo(left + column * wide, top)
          .lineTo(left + column * wide, ys.at(-1)!)
          .stroke();
    }
    this.#truth.words.push(...rows.flat().flatMap((text) => text.split(' ')));
    this.#truth.tables.push(rows.map((row) => [...row]));
  }

  #fields(fields: readonly { label: string; value: string | boolean }[]): void {
    const { size } = this.#style;
    if (this.#fieldCount === 0) this.#document.initForm();
    for (const { label, value } of fields) {
      this.#need(size * 2.4);
      this.#fieldCount += 1;
      const name = `field${this.#fieldCount}`;
      this.#set(label, this.#left, this.#y, size);
      const x = this.#left + this.#measure(label, size) + size * 0.8;
      if (typeof value === 'string')
        this.#document.formText(name, x, this.#y - size * 0.3, 200, size * 1.6, { value });
      this.#y += size * 2.4;
      this.#truth.words.push(...label.split(' '), ...String(value).split(' '));
    }
  }

  #scan(): void {
    this.#endColumn();
    this.#newPage();
    const { margin } = this.#style;
    this.#document.image(noise(64, 64, this.#random), margin, margin, {
      width: this.#pageWidth - 2 * margin,
    });
    this.#truth.scannedPages.push(this.#page);
    this.#y = this.#limit;
  }
}

const wordsOf = (text: string): Word[] => text.split(' ').map((word) => ({ text: word }));

const fontFile = (name: string): string => require.resolve(`dejavu-fonts-ttf/ttf/${name}`);

/** Parts a long word before a consonant near its middle; one with a hyphen at it. */
function parted(word: string): [head?: string, tail?: string] {
  const hyphen = word.indexOf('-');
  if (hyphen > 0) return [word.slice(0, hyphen), word.slice(hyphen + 1)];
  if (!/^[a-z]{8,}$/.test(word)) return [];
  for (let at = word.length >> 1; at < word.length - 2; at += 1) {
    if (/[aeiou][^aeiou]/.test(word.slice(at - 1, at + 1))) return [word.slice(0, at), word.slice(at)];
  }
  return [];
}

/** A grey PNG of random points. */
function noise(width: number, height: number, random: () => number): Buffer {
  const rows = Buffer.concat(
    Array.from({ length: height }, () =>
      Buffer.from([0, ...Array.from({ length: width }, () => Math.floor(random() * 256))]),
    ),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(zlibCrc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    mark,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
