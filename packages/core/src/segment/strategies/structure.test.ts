import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Meter } from '../chunker/meter.ts';
import { atOnce } from '../slices.ts';
import * as structure from './structure.ts';

const chunkByStructure = atOnce(structure.chunkByStructure);

const chunksOf = (text: string, maxLength = 1000): string[] =>
  chunkByStructure(text, { maxLength }).map(([start, end]) => text.slice(start, end));

/** Chunks without the white space after them, which is where the next one's indent goes. */
const trimmed = (text: string, maxLength = 1000): string[] =>
  chunksOf(text, maxLength).map((chunk) => chunk.trimEnd());

describe('what becomes a chunk', () => {
  const cases: [name: string, text: string, chunks: string[]][] = [
    ['lines of text', 'One.\nTwo. Still two.\n\nThree', ['One.', 'Two. Still two.', 'Three']],
    ['nothing', '', []],
    ['white space', ' \n\t\r\n\u3000\ufeff', []],
    ['a leading byte order mark', '\ufeffText', ['Text']],
    ['Windows line ends', 'a\r\nb\r\n\r\nc\r\n', ['a', 'b', 'c']],
    ['old Mac line ends, form feeds, separators', 'a\rb\fc\u2028d\u2029e', ['a', 'b', 'c', 'd', 'e']],
    ['NUL and other controls', 'a\0b\n\u0001\n\u007f', ['a\0b', '\u0001', '\u007f']],
    ['lone surrogates', 'a\ud83d\n\ude80b', ['a\ud83d', '\ude80b']],
    [
      'ATX headings',
      '# One\n## Two ##\ntext\n####### not one',
      ['# One', '## Two ##', 'text', '####### not one'],
    ],
    ['setext headings', 'Title\n=====\ntext\n\nSub\n---\nmore', ['Title\n=====', 'text', 'Sub\n---', 'more']],
    ['an HTML heading over lines', '<h2 class="x">A\nB</h2>\ntext', ['<h2 class="x">A\nB</h2>', 'text']],
    ['rules', 'a\n\n***\n- - -\n<hr/>\nb', ['a', '***', '- - -', '<hr/>', 'b']],
    ['bullets', '- a\n* b\n+ c\n• d', ['- a', '* b', '+ c', '• d']],
    ['numbers', '1. a\n2) b\n3.c\n10.b. d\n(a) e\nb) f', ['1. a', '2) b', '3.c', '10.b. d', '(a) e', 'b) f']],
    ['task boxes', '[ ] a\n[x] b\n- [ ] c', ['[ ] a', '[x] b', '- [ ] c']],
    [
      'nested lists with their item',
      '- a\n  - b\n    1. c\n- d\n  still d\n\n  and d\n\ne',
      ['- a\n  - b\n    1. c', '- d\n  still d\n\n  and d', 'e'],
    ],
    ['code inside a list item', '- a\n  ```\nx\n\n  y\n  ```\n- b', ['- a\n  ```\nx\n\n  y\n  ```', '- b']],
    ['quotes', '> a\n> b\n>\n> c\nd', ['> a\n> b\n>\n> c', 'd']],
    ['fenced code', 'a\n```js\nx\n\n# y\n```\nb', ['a', '```js\nx\n\n# y\n```', 'b']],
    ['a fence inside a longer fence', '````\n```\na\n```\n````\nb', ['````\n```\na\n```\n````', 'b']],
    ['tilde fences, other marks inside', '~~~\n```\n~~~\nb', ['~~~\n```\n~~~', 'b']],
    ['an unclosed fence to the end', 'a\n```\nb\n\nc\n', ['a', '```\nb\n\nc']],
    ['inline code is no fence', '```a``` b\nc', ['```a``` b', 'c']],
    ['indented code', 'a\n\n    x\n\n      y\nb', ['a', 'x\n\n      y', 'b']],
    ['an indented line in a paragraph', 'a\n    b\nc', ['a', 'b', 'c']],
    ['a text that is indented as a whole', '\n      a\n\n      b\n      - c', ['a', 'b', '- c']],
    ['Markdown tables', 'a | b\n--|:-:\n1 | 2\n3 | 4\nc', ['a | b\n--|:-:\n1 | 2\n3 | 4', 'c']],
    ['rows without a header', '| a |\n| b |\nc', ['| a |\n| b |', 'c']],
    ['a pipe in a sentence', 'a | b\nc | d', ['a | b', 'c | d']],
    [
      'HTML tables, nested too',
      '<table>\n<tr><td>\n<table>\n\n</table></td></tr>\n\n</table>\nb',
      ['<table>\n<tr><td>\n<table>\n\n</table></td></tr>\n\n</table>', 'b'],
    ],
    ['preformatted text', '<pre>\na\n\n# b\n</pre>\nc', ['<pre>\na\n\n# b\n</pre>', 'c']],
    ['comments', '<!-- a\n\nb -->\nc', ['<!-- a\n\nb -->', 'c']],
    [
      'HTML containers up to a blank line or the next element',
      '<div>\n  text\n</div>\n<h3>x</h3>\n<p>y\nz</p>\n\nt',
      ['<div>\n  text\n</div>', '<h3>x</h3>', '<p>y\nz</p>', 't'],
    ],
    ['unclosed HTML', '<table>\n<p>a\n\nb', ['<table>', '<p>a', 'b']],
    [
      'inline HTML and autolinks are text',
      '<b>a</b>\n<https://a.b/>\n<3 c',
      ['<b>a</b>', '<https://a.b/>', '<3 c'],
    ],
    ['display math', 'a\n$$\nx\n+ y\n$$\nb\n$$ z $$\nc', ['a', '$$\nx\n+ y\n$$', 'b', '$$ z $$', 'c']],
    ['bracketed math', '\\[\nx\n\\]\na', ['\\[\nx\n\\]', 'a']],
    [
      'LaTeX environments, nested too',
      '\\begin{align}\n\\begin{matrix}\na\n\n\\end{matrix}\n\\end{align}\nb',
      ['\\begin{align}\n\\begin{matrix}\na\n\n\\end{matrix}\n\\end{align}', 'b'],
    ],
    ['money and unclosed math are text', '$$ is money\n\n\\[ open\nend', ['$$ is money', '\\[ open', 'end']],
    ['citations and notes', '[1] A.\n[^n]: B\n  C\n[x](y)', ['[1] A.', '[^n]: B\n  C', '[x](y)']],
    ['metadata at the start', '---\ntitle: a\n---\nb', ['---\ntitle: a\n---', 'b']],
    ['a rule at the start', '---\ntitle\n', ['---', 'title']],
    [
      'Chinese, Japanese, Korean lines',
      '你好。世界！\nこんにちは。\n안녕.',
      ['你好。世界！', 'こんにちは。', '안녕.'],
    ],
    ['right-to-left lines', 'שלום עולם.\nمرحبا بالعالم؟ نعم.', ['שלום עולם.', 'مرحبا بالعالم؟ نعم.']],
  ];
  it.each(cases)('%s', (_, text, chunks) => {
    expect(trimmed(text)).toEqual(chunks);
  });

  it('keeps the white space after a chunk, the next indent included', () => {
    expect(chunksOf('\n  a\n\n    - b\n')).toEqual(['a\n\n    ', '- b\n']);
  });

  it('keeps a space that a combining mark needs', () => {
    expect(chunksOf('a\n  \u0301b')).toEqual(['a\n ', ' \u0301b']);
  });
});

describe('long text', () => {
  const sentence = (length: number): string =>
    `${'ab '.repeat(Math.ceil(length / 3)).slice(0, length - 2)}z.`;

  it('leaves lines of up to 800 characters whole', () => {
    const line = `${sentence(400)} ${sentence(399)}`;
    expect(line).toHaveLength(800);
    expect(trimmed(line)).toEqual([line]);
  });

  it('divides longer lines into runs of sentences of up to 400 characters', () => {
    const parts = Array.from(
      { length: 9 },
      (_, index) => `Sentence number ${index} ${'word '.repeat(18)}ends.`,
    );
    const chunks = trimmed(parts.join(' '));
    expect(chunks).toEqual([0, 3, 6].map((first) => parts.slice(first, first + 3).join(' ')));
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(400);
  });

  it('does not divide addresses, whatever marks are in them', () => {
    for (let index = 0; index < 120; index++) {
      const address = `https://shop.example/find?item=${index}&q=A!b.C?d=E.${'x'.repeat(index % 41)}`;
      const line = `Offer number ${index} is found at ${address} by now${index % 3 === 0 ? '.' : ''} `.repeat(
        14,
      );
      expect(line.length).toBeGreaterThan(800);
      const chunks = trimmed(line);
      expect(chunks.length).toBeGreaterThan(1);
      expect(chunks.join(' ').split(address)).toHaveLength(15);
    }
  });

  it('divides Chinese at its full stops', () => {
    const parts = Array.from({ length: 20 }, (_, index) => `${'这是一个很长的句子'.repeat(6)}第${index}句。`);
    for (const chunk of trimmed(parts.join(''))) expect(chunk.endsWith('句。')).toBe(true);
  });

  it('divides an overlong sentence at spaces', () => {
    const chunks = trimmed('word '.repeat(500), 503);
    expect(chunks).toHaveLength(5);
    for (const chunk of chunks) expect(chunk).toMatch(/^word( word)*$/);
  });

  it('divides a sentence without spaces after punctuation', () => {
    const chunks = trimmed('甲乙丙丁戊，'.repeat(200), 100);
    for (const chunk of chunks) expect(chunk.endsWith('，')).toBe(true);
  });

  it('divides a fence that is too long at line ends, at a blank line where it can', () => {
    const fence = `\`\`\`\n${'first line of code\n'.repeat(20)}\n${'second part\n'.repeat(20)}\`\`\``;
    expect(trimmed(fence, 1000)).toEqual([fence]);
    const chunks = trimmed(fence, 500);
    expect(chunks).toHaveLength(2);
    expect(chunks[0]).toMatch(/^```\nfirst/);
    expect(chunks[1]).toMatch(/^second/);
  });

  it('divides a list item that is too long at the items in it', () => {
    const item = `- parent\n${['a', 'b', 'c'].map((name) => `  - ${name} ${'text '.repeat(12)}\n    more ${name}\n`).join('')}`;
    const chunks = trimmed(item, 160);
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toMatch(/^ {2}- [bc] /);
  });

  it('divides a table between rows and keeps its header with its dashes', () => {
    const table = `| name | value |\n|------|-------|\n${'| some | row |\n'.repeat(30)}`;
    const chunks = trimmed(table, 100);
    expect(chunks[0]).toMatch(/^\| name .*\n\|---/);
    for (const chunk of chunks) for (const row of chunk.split('\n')) expect(row).toMatch(/^\|.*\|$/);
  });

  const python = Array.from(
    { length: 9 },
    (_, index) => `def f${index}(x):\n    if x:\n        return ${index}\n\n    return x\n`,
  ).join('\n');
  const indentedTexts: [name: string, text: string][] = [
    ['Python', `Text.\n\n\`\`\`python\n${python}\`\`\`\n\nMore.`],
    ['tabs', `\`\`\`go\n${python.replaceAll('    ', '\t')}\`\`\`\n`],
    ['Windows line ends', `\`\`\`\r\n${python.replaceAll('\n', '\r\n')}\`\`\`\r\n`],
    ['code without a fence', `Text.\n\n${python.replaceAll(/^(?=.)/gm, '    ')}\nMore.`],
    ['YAML', `~~~yaml\n${'a:\n  b:\n    - c: 1\n      d: 2\n'.repeat(20)}~~~`],
    ['metadata', `---\ntitle: x\n${'tags:\n  - one\n  - two\n'.repeat(9)}---\n\nText.`],
    ['nested lists', `- a\n${'  - b is an item\n    - c is in it\n\n      and more\n'.repeat(9)}- d`],
    ['markup', `<ul>\n${'  <li>\n    <b>x</b>\n  </li>\n'.repeat(12)}</ul>\n`],
    ['formulas', `$$\n${'  x &= y \\\\\n    + z \\\\\n'.repeat(24)}$$`],
  ];
  it.each(indentedTexts)('keeps the indents of the lines it divides at: %s', (_, text) => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    for (const maxLength of [40, 60, 100, 150]) {
      const chunks = chunksOf(text, maxLength);
      expect(chunks.length).toBeGreaterThan(2);
      expect(chunks.join('')).toBe(text);
      for (const chunk of chunks) expect(chunk.trimEnd().length).toBeLessThanOrEqual(maxLength);
      expect(chunks.flatMap((chunk) => chunk.split(/\r?\n/)).filter((line) => line.trim() !== '')).toEqual(
        lines,
      );
    }
  });

  it('leaves an indent that does not fit with the chunk before', () => {
    const text = `\`\`\`\n${`${' '.repeat(30)}word word\n`.repeat(5)}\`\`\``;
    const chunks = chunksOf(text, 20);
    expect(chunks.join('')).toBe(text);
    for (const chunk of chunks) expect(chunk.trimEnd().length).toBeLessThanOrEqual(20);
  });

  it('divides minified HTML before elements', () => {
    const chunks = trimmed(`<div>${'<p>Some words here.</p>'.repeat(100)}</div>`, 200);
    for (const chunk of chunks.slice(1)) expect(chunk).toMatch(/^<p>/);
  });

  it('keeps grapheme clusters whole, but not one of a million accents', () => {
    const family = '👨‍👩‍👧‍👦';
    for (const chunk of chunksOf(family.repeat(20), 25)) expect(chunk.replaceAll(family, '')).toBe('');
    for (const chunk of chunksOf('🇩🇪'.repeat(50), 10)) expect(chunk.replaceAll('🇩🇪', '')).toBe('');
    const monster = `a${'\u0301'.repeat(5000)}`;
    const chunks = chunksOf(monster, 1000);
    expect(chunks.join('')).toBe(monster);
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(1000);
  });

  it('does not part a tag from a sign that annex 29 attaches to it', () => {
    const text = `<div>${'\u0600<p>word word</p>'.repeat(20)}</div>`;
    expect(
      chunksOf(text, 40)
        .slice(1)
        .some((chunk) => chunk.startsWith('<p>')),
    ).toBe(false);
  });

  it('keeps clusters whole even where the maximum is smaller', () => {
    expect(chunksOf('👨‍👩‍👧‍👦é🚀', 1)).toEqual(['👨‍👩‍👧‍👦', 'é', '🚀']);
  });

  it('leaves white space that fits nowhere with the chunk before it', () => {
    expect(chunkByStructure(`a${' '.repeat(3000)}b`, { maxLength: 500 })).toEqual([
      [0, 3001],
      [3001, 3002],
    ]);
  });
});

/** Pieces that mean something to the scanner, so that random texts reach its corners. */
const markup = fc.constantFrom(
  ...[
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    ' ',
    '  ',
    '    ',
    '\t',
    '# ',
    '---',
    '===',
    '```',
    '````js',
    '~~~',
    '- ',
    '1. ',
  ],
  ...[
    '> ',
    '| a ',
    '|---|',
    '<table>',
    '</table>',
    '<p>',
    '<h1>',
    '</h1>',
    '<!--',
    '-->',
    '$$',
    '\\[',
    '\\]',
  ],
  ...[
    '\\begin{a}',
    '\\end{a}',
    '[1] ',
    'Word. ',
    '你好。',
    'שלום ',
    '🚀',
    '👩‍👩‍👧',
    '🇩🇪',
    'e\u0301',
    '\u0301',
    '\u200d',
    '\0',
  ],
  ...[
    '\ud83d',
    '\ude80',
    '\ufeff',
    '\u3000',
    '\u2028',
    'x'.repeat(50),
    'lorem ipsum dolor '.repeat(5),
    'क्षि',
    '각',
  ],
  ...[
    '🏽',
    '🇩',
    '\u0600',
    '\u0e33',
    'ｶ\uff9e',
    '|',
    '<',
    '.',
    '\u0085',
    '\u200b',
    '(a) ',
    'Mr. ',
    '！',
    '\f',
    '<!--',
    '----',
  ],
);
const markdown = fc.array(markup, { maxLength: 80 }).map((parts) => parts.join(''));
const anyText = fc.oneof(
  markdown,
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme' }),
);
const anyMaximum = fc.oneof(fc.constantFrom(500, 1000, 2000), fc.integer({ min: 1, max: 300 }));

describe('every text', () => {
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

  test('is given back whole by its chunks', () => {
    fc.assert(
      fc.property(anyText, anyMaximum, (text, maxLength) => {
        const spans = chunkByStructure(text, { maxLength });
        const leading = text.length - text.trimStart().length;
        let at = spans[0]?.[0] ?? text.length;
        // A combining mark takes the space before it along.
        expect(at).toBeGreaterThanOrEqual(leading - 1);
        expect(at).toBeLessThanOrEqual(leading);
        for (const [start, end] of spans) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(text.length);
      }),
      { numRuns: 1500 },
    );
  });

  test('has chunks that start with text and are no longer than the maximum', () => {
    fc.assert(
      fc.property(anyText, anyMaximum, (text, maxLength) => {
        for (const [start, end] of chunkByStructure(text, { maxLength })) {
          const chunk = text.slice(start, end);
          expect(chunk.trim()).not.toBe('');
          // At most the one space that a combining mark needs, or a line's indent.
          if (start > 0 && !/[\n\r\f\u2028\u2029]/.test(text[start - 1]!)) expect(chunk).toMatch(/^\s?\S/);
          else expect(chunk).toMatch(/^[^\S\n\r\f\u2028\u2029]*\S/);
          const body = chunk.trimEnd();
          // One cluster is the least a chunk can be.
          const first = graphemes.segment(body).containing(0)!.segment.length;
          expect(body.length).toBeLessThanOrEqual(Math.max(maxLength, Math.min(first, 64)));
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('is never cut within a surrogate pair or a grapheme cluster', () => {
    fc.assert(
      fc.property(anyText, anyMaximum, (text, maxLength) => {
        const boundaries = new Set([...graphemes.segment(text)].map(({ index }) => index));
        const longest = Math.max(0, ...[...graphemes.segment(text)].map(({ segment }) => segment.length));
        fc.pre(longest <= 64);
        for (const [start] of chunkByStructure(text, { maxLength })) expect(boundaries).toContain(start);
      }),
      { numRuns: 1500 },
    );
  });

  test('gives the same chunks again from each chunk-aligned beginning of plain lines', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z][a-z ]{0,30}$/), { minLength: 1 }), (lines) => {
        const expected = lines.map((line) => line.trimEnd());
        expect(trimmed(lines.join('\n'))).toEqual(expected);
      }),
    );
  });
});

describe('work', () => {
  const units: Record<string, string> = {
    hashes: '#',
    backticks: '`',
    pipes: '|',
    'less-than signs': '<',
    brackets: '[',
    stars: '*',
    dashes: '-',
    dollars: '$',
    backslashes: '\\',
    spaces: ' ',
    tabs: '\t',
    'line feeds': '\n',
    'carriage returns': '\r',
    'no-break spaces': '\u00a0x',
    letters: 'x',
    words: 'word ',
    sentences: 'This is one. ',
    'full stops': '. (',
    titles: 'Mr. ',
    'Chinese sentences': '东西。',
    'Chinese letters': '东',
    'emoji families': '👩‍👩‍👧',
    'one endless emoji': '👩‍',
    flags: '🇩',
    'combining marks': '\u0301',
    'accented marks': '，\u0301',
    'lone surrogates': '\ud800',
    'unclosed fences': '~~~~\n',
    'fences in fences': '```\nx\n',
    'unclosed tables': '<table>\n',
    'tables in a line': '<table></table>',
    'unclosed comments': '<!--\n',
    'unclosed containers': '<div>\n',
    'containers in a line': '<div>',
    'unclosed paragraphs': '<p>\n',
    'unclosed environments': '\\begin{a}\n',
    'crossed environments': '\\begin{a}\\begin{b}\n\\end{a}\\end{b}\n',
    'unclosed math': '\\[\n',
    'dollar lines': '$$\n',
    'quoted marks': '> ',
    'quote lines': '> a\n',
    items: '- a\n',
    'nested items': '- a\n - b\n  - c\n',
    'items and blank lines': '- a\n\n\n\n',
    underlines: 'a\n---\n',
    'table heads': 'a|b\n-|-\n',
    'indented lines': '    x\n\n',
    metadata: '---\n',
  };

  // Counted in characters and items looked at, so that the machine does not matter.
  it.each(Object.entries(units))('grows linearly with the text: %s', (_, unit) => {
    const stepsFor = (length: number, maxLength: number): number => {
      const meter = new Meter();
      chunkByStructure(unit.repeat(Math.ceil(length / unit.length)), { maxLength, meter });
      return meter.steps;
    };
    for (const maxLength of [1000, 30]) {
      const steps = stepsFor(16_000, maxLength);
      expect(stepsFor(128_000, maxLength)).toBeLessThan(8 * steps * 1.2);
      expect(steps).toBeLessThan(16_000 * 12);
    }
  });

  it('looks at each character of a megabyte a few times', () => {
    const section = `# Title\n\nSome ordinary text with a few words. And more of it, as text goes.\n\n- item\n  - nested\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\`\`\`\ncode\n\`\`\`\n\n${'A long line of many sentences follows here. '.repeat(30)}\n\n日本語の文章です。とても長い。\n\n`;
    const oneLine = 'A sentence of a few words. 东西很大。 '.repeat(10_000);
    const text = section.repeat(Math.ceil((1_000_000 - oneLine.length) / section.length)) + oneLine;
    expect(text.length).toBeGreaterThan(999_000);
    const meter = new Meter();
    const spans = chunkByStructure(text, { maxLength: 1000, meter });
    expect(meter.steps).toBeLessThan(12 * text.length);
    expect(spans.at(-1)![1]).toBe(text.length);
  });
});
