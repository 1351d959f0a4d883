import { expect, test } from 'vitest';
import { readTextFile as readWith } from '../search/read-files.ts';
import { readHtml } from './html.ts';

const readTextFile = (file: File) => readWith(file, () => Promise.reject(new Error('no PDF here')));

const PAGE = `<!doctype html>
<html><head><title>Bread at home</title><style>p { color: red }</style></head>
<body><nav><a href="/">Start</a></nav>
<script>document.title = 'was run'</script>
<h1>Bread &amp; butter</h1>
<p style="color: red" title="a > b">Flour,
   <b>water</b> and&nbsp;salt<br>make a loaf.</p>
<h2>Table</h2>
<table><tr><th>Kind</th><th>Hours</th></tr><tr><td>Rye</td><td>8</td></tr></table>
<ul><li><p>First item</p></li><li>Second <em>item</em></li></ul>
<pre><code>mix(&lt;p style="x"&gt;)
  knead()
</code></pre>
<img src="https://example.org/never-asked.png" alt="A loaf"></body></html>`;

test('reads the text under its headings, without scripts, styles and navigation', () => {
  const { title, sections } = readHtml(PAGE);
  expect(title).toBe('Bread at home');
  expect(sections).toEqual([
    { headings: ['Bread & butter'], blocks: [{ text: 'Flour, water and salt\nmake a loaf.', lines: true }] },
    {
      headings: ['Bread & butter', 'Table'],
      blocks: [
        { text: 'Kind | Hours\nRye | 8', lines: true },
        { text: 'First item\nSecond item', lines: true },
        { text: 'mix(<p style="x">)\n  knead()', lines: true },
        { text: 'A loaf', lines: false },
      ],
    },
  ]);
});

test('a file is HTML by its name, its type or how it begins', async () => {
  for (const file of [
    new File([PAGE], 'bread.html'),
    new File([PAGE], 'bread', { type: 'text/html' }),
    new File([PAGE], 'bread.txt'),
  ]) {
    const { passages } = await readTextFile(file);
    expect(passages.map(({ text }) => text).join('\n')).not.toMatch(/<(?!p style="x">)|color: red|was run/u);
    expect(passages[0]!.source).toBe(`${file.name} › Bread & butter`);
  }
  const { passages } = await readTextFile(new File(['<p>Not<br>closed', ' > <b>ever'], 'broken.htm'));
  expect(passages.map(({ text }) => text)).toEqual(['Not\nclosed > ever']);
});
