import type { Part, SetDocument, Style } from './model.ts';
import { Writer } from './words.ts';

/** The set: 30 documents, whose texts, fonts, sizes and margins follow from a seed. */
export function pdfSet(seed: number = 1): SetDocument[] {
  return KINDS.map(([name, style, write], index) => {
    const own = seed * 1000 + index;
    const writer = new Writer(
      own,
      style.rightToLeft ? (name.includes('arabic') ? 'arabic' : 'hebrew') : 'english',
    );
    return { name, style: { ...styleOf(writer, own), ...style }, parts: write(writer) };
  });
}

function styleOf(writer: Writer, seed: number): Style {
  return {
    seed,
    font: writer.pick(['Helvetica', 'Times', 'DejaVu Sans', 'DejaVu Serif'] as const),
    size: writer.pick([9, 9.5, 10, 11, 12]),
    leading: writer.pick([1.15, 1.25, 1.35, 1.5]),
    margin: writer.pick([48, 56, 64, 72]),
    page: writer.pick(['A4', 'LETTER'] as const),
    columns: 1,
    gutter: writer.pick([16, 20, 28]),
    justified: writer.pick([true, false]),
    hyphenated: false,
    indented: writer.pick([true, false]),
    rightToLeft: false,
    turned: 0,
    outline: false,
    spanning: true,
  };
}

const paragraphs = (writer: Writer, count: number): Part[] =>
  Array.from({ length: count }, () => ({ kind: 'paragraph', text: writer.paragraph() }));

const heading = (writer: Writer, level: 1 | 2 | 3): Part => ({
  kind: 'heading',
  level,
  text: writer.phrase(2, 5),
});

const article = (writer: Writer, sections: number, length: number = 3): Part[] => [
  heading(writer, 1),
  ...Array.from({ length: sections }, () => [heading(writer, 2), ...paragraphs(writer, length)]).flat(),
];

const notes = (writer: Writer): Part[] =>
  article(writer, 4).map((part) =>
    part.kind === 'paragraph' && writer.number(0, 2) > 0 ? { ...part, note: writer.sentence() } : part,
  );

const list = (writer: Writer, ordered: boolean, nested: boolean = false): Part => ({
  kind: 'list',
  ordered,
  items: Array.from({ length: writer.number(3, 7) }, (_, index) => ({
    text: writer.number(0, 1) > 0 ? writer.phrase(3, 7) : writer.sentence(),
    depth: nested && index % 3 === 1 ? 1 : 0,
  })),
});

function table(
  writer: Writer,
  rules: 'grid' | 'horizontal' | 'none',
  columns: number,
  wrapped: boolean = false,
): Part {
  const cell = (column: number): string => {
    if (column === 0) return writer.phrase(1, 2);
    if (wrapped && column === columns - 1) return writer.phrase(5, 9);
    return writer.pick([
      String(writer.number(1, 9999)),
      `${writer.number(1, 99)}.${writer.number(0, 9)}%`,
      writer.phrase(1, 1),
    ]);
  };
  const rows = Array.from({ length: writer.number(4, 8) }, () =>
    Array.from({ length: columns }, (_, column) => cell(column)),
  );
  return {
    kind: 'table',
    rules,
    rows: [Array.from({ length: columns }, () => writer.phrase(1, 1)), ...rows],
  };
}

const tables = (writer: Writer, rules: 'grid' | 'horizontal' | 'none', wrapped: boolean = false): Part[] => [
  heading(writer, 1),
  ...paragraphs(writer, 1),
  table(writer, rules, 3, wrapped),
  ...paragraphs(writer, 2),
  heading(writer, 2),
  table(writer, rules, 4),
  ...paragraphs(writer, 1),
];

const lists = (writer: Writer, nested: boolean): Part[] => [
  heading(writer, 1),
  ...paragraphs(writer, 1),
  list(writer, false, nested),
  ...paragraphs(writer, 1),
  list(writer, true),
  ...paragraphs(writer, 1),
];

const deep = (writer: Writer): Part[] => [
  heading(writer, 1),
  ...Array.from({ length: 4 }, () => [
    heading(writer, 2),
    ...paragraphs(writer, 1),
    heading(writer, 3),
    ...paragraphs(writer, 2),
  ]).flat(),
];

const form = (writer: Writer): Part[] => [
  heading(writer, 1),
  ...paragraphs(writer, 1),
  {
    kind: 'fields',
    fields: Array.from({ length: 6 }, () => ({
      label: `${writer.phrase(1, 2)}:`,
      value: writer.phrase(1, 3),
    })),
  },
  ...paragraphs(writer, 1),
];

const KINDS: readonly [name: string, style: Partial<Style>, write: (writer: Writer) => Part[]][] = [
  ['plain', {}, (writer) => article(writer, 3)],
  ['plain, justified', { justified: true, hyphenated: true }, (writer) => article(writer, 3)],
  ['indented', { indented: true }, (writer) => article(writer, 3)],
  ['two columns', { columns: 2 }, (writer) => article(writer, 5)],
  [
    'two columns, justified',
    { columns: 2, justified: true, hyphenated: true },
    (writer) => article(writer, 5),
  ],
  ['two columns, no title across', { columns: 2, spanning: false }, (writer) => article(writer, 5)],
  [
    'two columns, long',
    { columns: 2, running: 'Annals of made-up results', size: 9 },
    (writer) => article(writer, 14),
  ],
  ['three columns', { columns: 3, size: 9, margin: 48 }, (writer) => article(writer, 6)],
  [
    'three columns, hyphenated',
    { columns: 3, size: 9, margin: 48, hyphenated: true, justified: true, gutter: 16 },
    (writer) => article(writer, 6),
  ],
  ['ruled tables', {}, (writer) => tables(writer, 'grid')],
  ['ruled tables, long cells', {}, (writer) => tables(writer, 'grid', true)],
  ['tables with horizontal rules', {}, (writer) => tables(writer, 'horizontal')],
  ['tables without rules', {}, (writer) => tables(writer, 'none')],
  ['tables without rules, long cells', { size: 10 }, (writer) => tables(writer, 'none', true)],
  [
    'tables in two columns',
    { columns: 2, size: 9 },
    (writer) => [
      ...article(writer, 2),
      table(writer, 'grid', 3),
      ...paragraphs(writer, 3),
      table(writer, 'none', 3),
      ...paragraphs(writer, 2),
    ],
  ],
  ['footnotes', {}, notes],
  ['footnotes in two columns', { columns: 2 }, notes],
  ['headings of three levels', {}, deep],
  ['headings with outline', { outline: true }, deep],
  ['headings, large print', { size: 14, leading: 1.4, page: 'A4' }, deep],
  ['lists', {}, (writer) => lists(writer, false)],
  ['lists, nested', {}, (writer) => lists(writer, true)],
  ['hebrew', { rightToLeft: true, font: 'DejaVu Sans', justified: false }, (writer) => article(writer, 3)],
  [
    'arabic',
    { rightToLeft: true, font: 'DejaVu Sans', justified: false, indented: false },
    (writer) => article(writer, 2),
  ],
  [
    'hebrew, two columns',
    { rightToLeft: true, font: 'DejaVu Sans', justified: false, columns: 2 },
    (writer) => article(writer, 6),
  ],
  ['form', { font: 'Helvetica' }, form],
  [
    'running heads',
    { running: 'A report of many pages', page: 'A5', margin: 56 },
    (writer) => article(writer, 9),
  ],
  ['turned page', { turned: 90, columns: 2 }, (writer) => article(writer, 4)],
  ['turned page with tables', { turned: 270 }, (writer) => tables(writer, 'grid')],
  ['scan among pages', {}, (writer) => [...article(writer, 2), { kind: 'scan' }, ...paragraphs(writer, 2)]],
];
