import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfHtml } from './html.ts';
import { documentsOfJsonl } from './jsonl.ts';
import { documentOfMarkdown } from './markdown.ts';
import { passagesOf } from './passages.ts';
import type { SourceDocument } from './types.ts';

const facts = { id: 'a', url: '/a/' };

describe('HTML', () => {
  const page = `<!doctype html><html><head><title>Install – Site</title><style>p{}</style></head><body>
    <header role="banner">Logo</header><nav aria-label="Breadcrumb"><ol><li><a href="/">Docs</a></li><li>›</li><li>Guides</li></ol></nav>
    <main data-nearfield-filter="version: 2"><h1>Install <a class="hash" href="#install">#</a></h1>
    <p>First   words<br>and <b>bo</b>ld &amp; more.</p><p hidden>secret</p>
    <h2 id="linux">Linux</h2><p>Use apt.</p><pre>apt  install
  x</pre><h3><a id="deb"></a>Debian ¶</h3><ul><li>One</li><li>Two</li></ul>
    <h2><a href="#win">Windows</a></h2><p data-nearfield-ignore>skip</p><script>alert(1)</script><img alt="A screen" src="x">
    </main><footer>Imprint</footer></body></html>`;
  const read = documentOfHtml(page, facts);

  it('takes the main content, by headings, with anchors', () => {
    expect(read).toEqual({
      ...facts,
      title: 'Install',
      breadcrumbs: ['Docs', 'Guides'],
      filters: { version: ['2'] },
      sections: [
        { headings: [], anchor: '', text: 'First words\nand bold & more.' },
        { headings: ['Linux'], anchor: 'linux', text: 'Use apt.\n\napt  install\nx' },
        { headings: ['Linux', 'Debian'], anchor: 'deb', text: 'One\n\nTwo' },
        { headings: ['Windows'], anchor: 'win', text: 'A screen' },
      ],
    });
  });

  it('chooses what is marked, then main, then the only article, then the body', () => {
    const text = (html: string) =>
      documentOfHtml(html, facts)
        .sections.map((section) => section.text)
        .join('|');
    expect(text('<main>a<div data-nearfield-body>b</div></main>')).toBe('b');
    expect(text('<div role=main>a</div><article>b</article>')).toBe('a');
    expect(text('<p>x</p><article>b</article>')).toBe('b');
    expect(text('<article>a</article><article>b</article>')).toBe('a\n\nb');
    expect(text('just words')).toBe('just words');
    expect(text('')).toBe('');
    expect(documentOfHtml('<title>T</title><p>x', facts).title).toBe('T');
  });

  it('takes names of filters as they are written', () => {
    const { filters } = documentOfHtml('<p data-nearfield-filter="constructor:x"></p>', facts);
    expect(Object.entries(filters)).toEqual([['constructor', ['x']]]);
  });
});

describe('Markdown', () => {
  it('is read by headings, with the anchors that sites give them', () => {
    const markdown = `---\ntitle: "Set *up*"\n---\nimport X from './x'\n\nSome **bold**, [a link](http://x/(y)) and \`a_b_c **d**\`.\n
## What's new?\n- one\n- two\n\n\`\`\`sh\n# not a heading\nnpm i\n\`\`\`\n\n### Deep {#own}\n| a | b |\n|---|---|\n| 1 | 2 |\n
Under\n-----\n<Tag x="y">text</Tag> snake_case_word\n\n## What's new?\n`;
    expect(documentOfMarkdown(markdown, facts)).toEqual({
      ...facts,
      title: 'Set *up*',
      breadcrumbs: [],
      filters: {},
      sections: [
        { headings: [], anchor: '', text: 'Some bold, a link and a_b_c **d**.' },
        { headings: ["What's new?"], anchor: 'whats-new', text: 'one\ntwo\n\n# not a heading\nnpm i' },
        { headings: ["What's new?", 'Deep'], anchor: 'own', text: 'a b \n 1 2' },
        { headings: ['Under'], anchor: 'under', text: 'text snake_case_word' },
        { headings: ["What's new?"], anchor: 'whats-new-1', text: '' },
      ],
    });
  });

  it('has the title of its first heading, and reads what is not closed', () => {
    expect(documentOfMarkdown('# A\r\n\r\ntext\r\n```\nrest', facts)).toMatchObject({
      title: 'A',
      sections: [{ headings: [], text: 'text\nrest' }],
    });
    expect(documentOfMarkdown('', facts)).toMatchObject({ title: '', sections: [] });
  });
});

describe('JSON lines', () => {
  it('are documents', () => {
    const lines =
      '\ufeff{"id":1,"text":"a","title":"T","url":"/u","filters":{"v":"2","year":[2024,2025],"isNew":true}}\r\n\n{"id":"b","text":"c"}\n';
    expect(documentsOfJsonl(lines)).toMatchObject([
      {
        id: '1',
        title: 'T',
        url: '/u',
        filters: { v: ['2'], year: ['2024', '2025'], isNew: ['true'] },
        sections: [{ text: 'a' }],
      },
      { id: 'b', title: '', url: '', sections: [{ text: 'c' }] },
    ]);
  });

  it.each([
    'x',
    '[]',
    'null',
    '{"id":"a"}',
    '{"text":"a"}',
    '{"id":"a","text":"b","filters":[]}',
    '{"id":"a","text":"b","filters":{"a":null}}',
    '{"id":"a","text":"b","filters":{"a":[["b"]]}}',
  ])('refuses %s with its number', (line) =>
    expect(() => documentsOfJsonl(`\n${line}`)).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'line 2' }),
    ),
  );
});

describe('passages', () => {
  const document = (text: string, headings: string[] = []): SourceDocument => ({
    ...facts,
    title: 'T',
    breadcrumbs: [],
    filters: {},
    sections: [{ headings, anchor: 'x', text }],
  });
  const texts = (text: string, most?: number) =>
    passagesOf([document(text)], most).map((passage) => passage.text);

  it('keep paragraphs, then sentences, then words whole', () => {
    expect(texts('One. Two.\n\nThree.', 12)).toEqual(['One. Two.', 'Three.']);
    expect(texts('One two. Three four. Five.', 18)).toEqual(['One two.', 'Three four. Five.']);
    expect(texts('一二三。四五六。', 4)).toEqual(['一二三。', '四五六。']);
    expect(texts('aa bb cc dd', 5)).toEqual(['aa bb', 'cc dd']);
    expect(texts('🙂🙂🙂', 3)).toEqual(['🙂', '🙂', '🙂']);
  });

  it('hold all letters, none longer than the most', () => {
    const letters = (text: string): string => text.replace(/\s+/gu, '');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 2, max: 40 }),
        (text, most) => {
          const found = texts(text, most);
          expect(letters(found.join(''))).toBe(letters(text));
          for (const each of found) expect(each.length).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it('are there for documents and headings without text', () => {
    expect(passagesOf([document('')])).toMatchObject([{ document: 0, headings: [], text: '' }]);
    expect(passagesOf([document('', ['H'])])).toMatchObject([{ headings: ['H'], anchor: 'x', text: '' }]);
    expect(() => passagesOf([], 0)).toThrow(expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }));
  });
});
