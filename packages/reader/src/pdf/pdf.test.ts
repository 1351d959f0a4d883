import { describe, expect, it } from 'vitest';
import type { Part, Style } from '../../test/pdf-set/model.ts';
import { typeset } from '../../test/pdf-set/typesetter.ts';
import { createReader } from '../index.ts';
import { readPdf } from './index.ts';

const STYLE: Style = {
  seed: 7,
  font: 'DejaVu Serif',
  size: 11,
  leading: 1.3,
  margin: 64,
  page: 'A4',
  columns: 1,
  gutter: 20,
  justified: false,
  hyphenated: false,
  indented: false,
  rightToLeft: false,
  turned: 0,
  outline: false,
  spanning: true,
};
const TEXT =
  'The office has an efficient workflow: difficult files are read first, and the others after lunch.';

const pdfOf = async (parts: Part[], style: Partial<Style> = {}, password?: string): Promise<Uint8Array> =>
  (await typeset({ name: 'test', style: { ...STYLE, ...style }, parts }, password)).bytes;

const paragraph = (text: string = TEXT): Part => ({ kind: 'paragraph', text });

describe('readPdf', () => {
  it('writes headings, ligatures, lists, tables, notes and links as Markdown', async () => {
    const { markdown, links, title } = await readPdf(
      await pdfOf([
        { kind: 'heading', level: 1, text: 'Office rules' },
        { kind: 'paragraph', text: TEXT, note: 'Lunch is at noon.' },
        {
          kind: 'list',
          ordered: false,
          items: [
            { text: 'Keep it dry', depth: 0 },
            { text: 'in a cloth', depth: 1 },
            { text: 'Keep it cool', depth: 0 },
          ],
        },
        {
          kind: 'table',
          rules: 'grid',
          rows: [
            ['Day', 'Hours'],
            ['Monday', '8|9'],
          ],
        },
        {
          kind: 'paragraph',
          text: 'See the handbook for all that is missing here.',
          link: 'https://example.com/a_(b)',
        },
      ]),
    );
    expect(title).toBe('Office rules');
    expect(markdown).toBe(
      [
        '# Office rules',
        TEXT.replace('an efficient', 'an[^1] efficient'),
        '- Keep it dry\n    - in a cloth\n- Keep it cool',
        '| Day | Hours |\n| --- | --- |\n| Monday | 8\\|9 |',
        '[See the handbook](<https://example.com/a_(b)>) for all that is missing here.',
        '[^1]: Lunch is at noon.',
      ].join('\n\n'),
    );
    expect(links).toEqual([['See the handbook', 'https://example.com/a_(b)']]);
  });

  it('gives values of form fields beside their labels', async () => {
    const fields = [
      { label: 'Name:', value: 'Ada Lovelace' },
      { label: 'City:', value: 'London' },
    ];
    const { markdown } = await readPdf(await pdfOf([{ kind: 'fields', fields }], { font: 'Helvetica' }));
    expect(markdown).toContain('Name: Ada Lovelace');
    expect(markdown).toContain('City: London');
  });

  it('says which pages are pictures', async () => {
    const mixed = await readPdf(await pdfOf([paragraph(), { kind: 'scan' }]));
    expect(mixed.pages.map(({ scanned }) => scanned)).toEqual([false, true]);
    expect(mixed.markdown).toBe(`${TEXT}\n\n*Page 2 is a picture without text.*`);
    expect(mixed.warning).toContain('without text: 2.');
  });

  it('takes text for text where it looks like Markdown', async () => {
    const { markdown } = await readPdf(
      await pdfOf([paragraph('1984 is a *book* of [sorts] by <b>Orwell</b>, not a_name.')]),
    );
    expect(markdown).toBe('1984 is a \\*book\\* of \\[sorts\\] by \\<b>Orwell\\</b>, not a_name.');
  });

  it('refuses damaged and encrypted files, and wrong pages, by name', async () => {
    const bytes = await pdfOf([paragraph()]);
    await expect(readPdf(new TextEncoder().encode('%PDF-1.7\nno more'))).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'pdf',
      message: expect.stringContaining('damaged'),
    });
    await expect(readPdf(bytes, { pages: [3, 4] })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
    const locked = await pdfOf([paragraph()], {}, 'secret');
    await expect(readPdf(locked)).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringContaining('encrypted'),
    });
    await expect(readPdf(locked, { password: 'wrong' })).rejects.toMatchObject({
      message: expect.stringContaining('does not open'),
    });
    expect((await readPdf(locked, { password: 'secret' })).markdown).toBe(TEXT);
  });

  it('reads some of the pages, and says so', async () => {
    const pages: Part[] = Array.from({ length: 90 }, () => paragraph());
    const bytes = await pdfOf(pages);
    const { pages: read, warning } = await readPdf(bytes, { pages: [2, 2] });
    expect(read.map(({ number }) => number)).toEqual([2]);
    expect(read[0]!.markdown).toContain(TEXT);
    expect(warning).toMatch(/^Read up to page 2 of \d+\.$/);
    expect((await readPdf(bytes, { maxPages: 1 })).pages).toHaveLength(1);
  });

  it('ends between pages once it is aborted', async () => {
    const bytes = await pdfOf(Array.from({ length: 90 }, () => paragraph()));
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = readPdf(bytes, {
      signal: stop.signal,
      onPage: (done) => {
        seen.push(done);
        stop.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([1]);
  });
});

it('createReader() reads PDFs into the shape of r.jina.ai', async () => {
  const bytes = await pdfOf([{ kind: 'heading', level: 1, text: 'Office rules' }, paragraph()]);
  const pdf = Buffer.from(bytes).toString('base64');
  const load = async () => ({ bytes, contentType: 'application/pdf' });
  for (const request of [{ pdf }, { file: pdf }, { url: 'https://example.com/rules.pdf' }]) {
    const { data } = await createReader({ load }).read({ ...request, withLinksSummary: true });
    expect(data).toMatchObject({
      title: 'Office rules',
      content: `# Office rules\n\n${TEXT}`,
      publishedTime: '2026-01-02T03:04:05.000Z',
      metadata: { pages: 1 },
      links: {},
    });
    expect(data.usage?.tokens).toBeGreaterThan(10);
  }
});
