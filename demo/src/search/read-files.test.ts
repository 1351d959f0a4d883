import { FoundationError } from '@nearfield/spec';
import { describe, expect, test } from 'vitest';
import {
  decodeText,
  documentOf,
  MAX_TEXT_BYTES,
  readTextFile as readWith,
  UnreadableFileError,
} from './read-files.ts';

const text = 'A first paragraph with more than twelve words, so that it stands on its own feet.';

/** PDFs are read elsewhere: here each has its own name as a heading and one paragraph. */
const readPdf = async ({ name }: File): Promise<string> => {
  if (name === 'torn.pdf')
    throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'The PDF is damaged.' });
  return name === 'scan.pdf' ? '' : `# ${name}\n\n${text}`;
};
const readTextFile = (file: File) => readWith(file, readPdf);

describe('readTextFile', () => {
  test('splits plain text', async () => {
    const document = await readTextFile(new File([`${text}\n\n# ${text}`], 'notes.txt'));
    expect(document.name).toBe('notes.txt');
    expect(document.passages.map((passage) => passage.text)).toEqual([text, `# ${text}`]);
    expect(document.passages.map((passage) => passage.source)).toEqual(['notes.txt', 'notes.txt']);
  });

  test('reads the headings of Markdown', async () => {
    const document = await readTextFile(new File([`# Bread\n\n## Dough\n\n${text}`], 'recipes.md'));
    expect(document.passages.map((passage) => passage.source)).toEqual(['recipes.md › Bread › Dough']);
  });

  test('knows kind, folder and language, and reads records', async () => {
    const long = `${text} ${text}`;
    const markdown = await readWith(
      new File([`# Bread\n\n${long}`], 'bread.md'),
      readPdf,
      'home/food/bread.md',
    );
    expect(markdown).toMatchObject({ kind: 'markdown', folder: 'home/food', language: 'en' });
    const lines = [JSON.stringify({ title: 'Bread', text, year: 2026 }), '{}'].join('\n');
    expect(await readTextFile(new File([lines], 'notes.jsonl'))).toMatchObject({
      kind: 'records',
      passages: [{ title: 'Bread', text, filters: { year: ['2026'] } }],
    });
    await expect(readTextFile(new File(['[1]'], 'no.jsonl'))).rejects.toThrow('no.jsonl has no line');
  });

  test('takes what a PDF says, whatever its name', async () => {
    const { name, passages } = await readTextFile(new File(['%PDF-1.4\n1 0 obj'], 'paper'));
    expect(name).toBe('paper');
    expect(passages).toMatchObject([{ source: 'paper › paper', text }]);
  });

  test('refuses what is no text or too long', async () => {
    const image = new File([new Uint8Array([0x89, 0x50, 0, 0, 1])], 'photo.png');
    await expect(readTextFile(image)).rejects.toThrow(UnreadableFileError);
    await expect(readTextFile(image)).rejects.toThrow('photo.png is neither a text file nor a picture');
    for (const [name, content, kind] of [
      ['torn.pdf', '%PDF-1.4', 'torn.pdf is a PDF that cannot be read'],
      ['scan.pdf', '%PDF-1.4\n1 0 obj', 'scan.pdf holds no text'],
      ['letter.rtf', '{\\rtf1 Hello', 'letter.rtf is an RTF document'],
      ['letter.docx', 'PK\x03\x04 and more', 'letter.docx is an archive or office document'],
      ['core', 'ab\x01\x02\x03\x04\x05\x06\x07cd', 'core is neither a text file nor a picture'],
      ['empty.txt', '', 'empty.txt is empty'],
      ['blank.md', ' \n\n\t\n', 'blank.md holds no text'],
    ] as const)
      await expect(readTextFile(new File([content], name))).rejects.toThrow(kind);
    const long = new File([new Uint8Array(MAX_TEXT_BYTES + 1).fill(97)], 'long.txt');
    await expect(readTextFile(long)).rejects.toThrow('long.txt is longer than 8 MB');
  });
});

describe('decodeText', () => {
  test.each([
    ['UTF-8', [0xc3, 0xa9], 'é'],
    ['Windows-1252', [0xe9, 0x74, 0xe9], 'été'],
    ['UTF-16 little endian', [0xff, 0xfe, 0xe9, 0x00], 'é'],
    ['UTF-16 big endian', [0xfe, 0xff, 0x00, 0xe9], 'é'],
  ])('reads %s', (_, bytes, expected) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(expected);
  });
});

test('the same text has the same fingerprint, another one has not', () => {
  const print = (content: string) => documentOf('a', content, true).fingerprint;
  expect(print(text)).toBe(documentOf('another name', text, true).fingerprint);
  const others = [text, `${text} `, `# H\n\n${text}`, `${text}\n\n${text}`, text.replace('first', 'fifth')];
  expect(new Set(others.map(print)).size).toBe(4);
});

test('passages of another text have other ids, those of the same text have the same on every visit', () => {
  const ids = (of: string): string[] => documentOf('a', of, false).passages.map(({ id }) => id);
  expect(ids(text)).toEqual(ids(text));
  expect(ids(`${text} More.`)).not.toEqual(ids(text));
});
