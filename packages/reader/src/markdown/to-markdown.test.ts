import type { ReadRequest } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { createReader } from '../index.ts';

const page = (body: string): string =>
  `<!doctype html><html><head><title>T</title></head><body>${body}</body></html>`;

/** The whole body as Markdown. */
async function markdown(body: string, options: Partial<ReadRequest> = {}): Promise<string> {
  const { data } = await createReader().read({
    html: page(body),
    returnFormat: 'markdown',
    ...options,
  } as ReadRequest);
  return data.content;
}

it('writes headings, emphasis, links, lists in lists and rules', async () => {
  const body =
    '<h1>A</h1><p>One <em>two</em> <strong>three</strong> <a href="https://x.example/y" title="z">four</a>.</p><hr><ul><li>a<ol><li>b<ul><li>c</li></ul></li></ol></li><li>d</li></ul>';
  expect(await markdown(body)).toBe(
    [
      '# A',
      'One _two_ **three** [four](https://x.example/y "z").',
      '* * *',
      '*   a\n    1.  b\n        *   c\n*   d',
    ].join('\n\n'),
  );
});

it('writes tables, with a line of heads', async () => {
  const body =
    '<table><thead><tr><th>Name</th><th>Size</th></tr></thead><tbody><tr><td>a|b</td><td>1</td></tr><tr><td>c</td><td>2</td></tr></tbody></table>';
  const lines = (await markdown(body)).split('\n').map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toEqual(['| Name | Size |', '| --- | --- |', '| a\\|b | 1 |', '| c | 2 |']);
});

it.each([
  [
    '<pre><code class="language-ts">const a = `x`;\n\n  b();</code></pre>',
    '```ts\nconst a = `x`;\n\n  b();\n```',
  ],
  [
    '<div class="highlight highlight-source-python"><pre>a = 1<br>b = 2</pre></div>',
    '```python\na = 1\nb = 2\n```',
  ],
  ['<pre data-lang="HTML"><code>&lt;b&gt;</code></pre>', '```html\n<b>\n```'],
  ['<pre>a\n```\nb\n```</pre>', '````\na\n```\nb\n```\n````'],
])('writes code with its language: %s', async (body, expected) => {
  expect(await markdown(body)).toBe(expected);
});

it('keeps the TeX of formulas', async () => {
  const math = (display: string): string =>
    `<math display="${display}"><semantics><mrow><mi>x</mi></mrow><annotation encoding="application/x-tex">x^2</annotation></semantics></math>`;
  expect(await markdown(`<p>Let ${math('inline')} be.</p>`)).toBe('Let $x^2$ be.');
  expect(
    await markdown(
      `<p>So</p><span class="katex-display"><span class="katex">${math('block')}<span aria-hidden="true">x2</span></span></span>`,
    ),
  ).toBe('So\n\n$$\nx^2\n$$');
});

it('writes footnotes and leaves out the way back', async () => {
  const body =
    '<p>Bread<sup><a href="#fn1" id="fnref1">1</a></sup> rises.</p><ol><li id="fn1"><p>Of wheat. <a href="#fnref1">↩</a></p></li></ol>';
  expect(await markdown(body)).toBe('Bread[^1] rises.\n\n[^1]: Of wheat.');
});

it('keeps figures with their captions, and pictures that are loaded late', async () => {
  const body =
    '<figure><img data-src="/a.png" src="data:image/gif;base64,R0lGOD" alt="A [loaf]"><figcaption>Fresh</figcaption></figure>';
  expect(await markdown(body, { url: 'https://x.example/' })).toBe(
    '![A \\[loaf\\]](https://x.example/a.png)\n\n_Fresh_',
  );
});

it.each([
  ['Arabic', '<p dir="rtl">الخبز <b>طازج</b> اليوم.</p>', 'الخبز **طازج** اليوم.'],
  ['Chinese', '<h2>面包</h2><p>今天的面包<em>很新鲜</em>。</p>', '## 面包\n\n今天的面包_很新鲜_。'],
])('keeps %s', async (_name, body, expected) => {
  expect(await markdown(body)).toBe(expected);
});

it('leaves nothing that runs', async () => {
  const body = `<p onclick="a()">One <a href="javascript:alert(1)">two</a> <a href="java\nscript:alert(1)">three</a>
    <a href="data:text/html,<script>1</script>">four</a> <a href=" vbscript:x">five</a></p><script>six()</script>
    <style>seven{}</style><iframe src="https://evil.example"></iframe><img src="x.png" onerror="b()" alt="eight">
    <svg><script>nine()</script></svg><object data="javascript:ten()"></object><noscript>eleven</noscript>`;
  for (const url of [undefined, 'https://x.example/']) {
    const text = await markdown(body, { url });
    expect(text).toMatch(/One two three four five/);
    expect(text).not.toMatch(/script:|data:|alert|six|seven|evil|onerror|nine|ten\(/);
  }
});

it('keeps pictures of the page itself only if it is to', async () => {
  const body = '<p>A <img alt="dot" src="data:image/png;base64,AAAA"> B</p>';
  expect(await markdown(body)).toBe('A dot B');
  expect(await markdown(body, { keepImgDataUrl: true })).toBe('A ![dot](data:image/png;base64,AAAA) B');
});

const LINKED =
  '<p>See <a href="https://a.example/">this</a> and <img src="https://b.example/c.png" alt="that">.</p>';

it.each<[Partial<ReadRequest>, string]>([
  [{ retainLinks: 'text' }, 'See this and ![that](https://b.example/c.png).'],
  [{ retainLinks: 'none', retainImages: 'none' }, 'See and .'],
  [{ retainLinks: 'gpt-oss', retainImages: 'alt' }, 'See 【0†this】 and (Image: that).'],
  [
    { retainImages: 'all_p' },
    'See [this](https://a.example/) and ![Image 1: that](https://b.example/c.png).',
  ],
  [{ retainImages: 'alt_p' }, 'See [this](https://a.example/) and (Image 1: that).'],
  [{ markdown: { linkStyle: 'discarded' }, retainImages: 'none' }, 'See this and .'],
  [
    { markdown: { linkStyle: 'referenced' }, retainImages: 'none' },
    'See [this][1] and .\n\n[1]: https://a.example/',
  ],
])('writes links and pictures with %j', async (options, expected) => {
  expect((await markdown(LINKED, options)).replace(/ +/g, ' ')).toBe(expected);
});

it('spells Markdown as it is told', async () => {
  const style = {
    headingStyle: 'setext',
    hr: '---',
    bulletListMarker: '-',
    emDelimiter: '*',
    strongDelimiter: '__',
  } as const;
  const body = '<h1>A</h1><p><i>b</i> <b>c</b></p><hr><ul><li>d</li></ul>';
  expect(await markdown(body, { markdown: style })).toBe('A\n=\n\n*b* __c__\n\n---\n\n-   d');
});

it('writes no tables without them', async () => {
  const body =
    '<p><del>a</del></p><table><tr><th>b</th><th align="right">d</th></tr><tr><td>c</td><td align="right">1</td></tr></table>';
  expect(await markdown(body)).toBe('~~a~~\n\n| b | d |\n| --- | --: |\n| c | 1 |');
  expect(await markdown(body, { noGfm: 'table' })).toMatch(/^~~a~~\n\nb/);
  expect(await markdown(body, { noGfm: true })).toMatch(/^a\n\nb/);
});

it('writes long pages as short ones', async () => {
  const part = `<h2>A</h2><ul><li>b</li></ul><pre><code>c</code></pre><p>${'word '.repeat(400)}</p>`;
  const one = (await markdown(part)).trim();
  const many = await markdown(`<main>${part.repeat(30)}</main>`);
  expect(many).toBe(Array.from({ length: 30 }, () => one).join('\n\n'));
});

describe('long content that is no box', () => {
  const LINE = 'Dry bread keeps, as <b>all</b> know; <a href="https://x.example/">more</a> is said below. ';
  const numbered = (count: number, part: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => part(index)).join('');
  const SHAPES: readonly [name: string, body: (count: number) => string][] = [
    ['a quotation', (count) => `<blockquote>${numbered(count, (n) => `<p>${n} ${LINE}</p>`)}</blockquote>`],
    ['a paragraph', (count) => `<p>${numbered(count, (n) => `${LINE}${n}. `)}</p>`],
    [
      'a line between blocks',
      (count) => `<div><p>A</p>${numbered(count, (n) => `${LINE}${n}<br>`)}C<p>B</p></div>`,
    ],
    [
      'emphasis',
      (count) => `<p>A<em> ${numbered(count, (n) => `${LINE.replace('<b>all</b>', 'all')}${n} `)}</em>b</p>`,
    ],
    ['an item', (count) => `<ul><li>${numbered(count, (n) => `<p>${n} ${LINE}</p>`)}</li><li>B</li></ul>`],
    [
      'a list in an item',
      (count) => `<ol><li>A<ul>${numbered(count, (n) => `<li>${n} ${LINE}</li>`)}</ul></li><li>B</li></ol>`,
    ],
    ['definitions', (count) => `<dl>${numbered(count, (n) => `<dt>${n}</dt><dd>${LINE}</dd>`)}</dl>`],
    [
      'code',
      (count) =>
        `<pre><code>${numbered(count, (n) => `<span>const bread${n} = await bake({ grams: ${n}, flour: \`wheat and rye\` });</span>\n`)}</code></pre>`,
    ],
    [
      'a cell',
      (count) =>
        `<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>${numbered(count, (n) => `<p>${n} ${LINE}</p>`)}</td></tr></table>`,
    ],
  ];

  it.each(SHAPES)('%s: is written as in one go', async (_name, body) => {
    const [one, many] = [3, 500].map((count) => body(count));
    expect(many!.length).toBeGreaterThan(40_000);
    const [short, long] = await Promise.all([markdown(one!), markdown(many!)]);
    // What repeats is told by its number: taken out, a long text is a short one with more of the same lines.
    expect(pattern(long)).toEqual(pattern(short));
  });
});

/** The different lines and parts of lines of a text without their numbers, in the order of their first places. */
const pattern = (text: string): string[] => [
  ...new Set(text.replace(/\d+/g, '0').split(/\n|<br>|(?<=said below\.)/)),
];
