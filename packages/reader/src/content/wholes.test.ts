import { describe, expect, it } from 'vitest';
import { parseHtml } from '../html/document.ts';
import { inSlices } from '../slices.ts';
import { type Block, findBlocks } from './blocks.ts';
import { mendChoice } from './wholes.ts';

/** Texts that are kept of a page of which those with the given likelihoods are chosen: above one half. */
async function keptOf(html: string, likelihoodOf: (text: string) => number): Promise<string[]> {
  const { blocks } = await inSlices(findBlocks((await parseHtml(html)).body));
  const likely = Float32Array.from(blocks, ({ text }) => likelihoodOf(text));
  const chosen = Uint8Array.from(likely, (value) => (value >= 0.25 ? 1 : 0));
  const mended = await inSlices(mendChoice(blocks, likely, chosen));
  return blocks.filter((_: Block, index) => mended[index] === 1).map(({ text }) => text);
}

/** Likelihoods by text, 0.9 for all others. */
const unlike =
  (values: Readonly<Record<string, number>>) =>
  (text: string): number =>
    values[text] ?? 0.9;

describe('tables with header cells', () => {
  const rows = (...texts: string[][]): string =>
    texts.map((row) => `<tr>${row.map((text) => `<td>${text}</td>`).join('')}</tr>`).join('');
  const BODY = rows(['rye', 'four days'], ['wheat', 'two days']);
  const HEAD = '<tr><th>Flour</th><th>Keeps</th></tr>';

  it('keep all cells if more than half of their words are kept', async () => {
    const likely = unlike({ Flour: 0.1, Keeps: 0.1 });
    expect(await keptOf(`<table>${HEAD}${BODY}</table>`, likely)).toEqual([
      'Flour',
      'Keeps',
      'rye',
      'four days',
      'wheat',
      'two days',
    ]);
  });

  it('stay as they were chosen if half of their words are', async () => {
    // Four of eight words.
    const likely = unlike({ Flour: 0.1, Keeps: 0.1, 'two days': 0.1 });
    const kept = await keptOf(`<table>${HEAD}${BODY}</table>`, likely);
    expect(kept).toEqual(['rye', 'four days', 'wheat']);
  });

  it('do not pull in what stands beside them, nor cells of layouts', async () => {
    const likely = unlike({ Flour: 0.1, menu: 0.1 });
    const inLayout = `<table><tr><td>menu</td><td><table>${HEAD}${BODY}</table></td></tr></table>`;
    const kept = await keptOf(inLayout, likely);
    expect(kept).toContain('Flour');
    expect(kept).not.toContain('menu');
    const plain = `<table>${rows(['menu', 'rye bread'], ['wheat', 'two days'])}</table>`;
    expect(await keptOf(plain, likely)).not.toContain('menu');
  });
});

describe('headings of which nothing is left', () => {
  const likely = unlike({ Related: 0.3, 'Other breads': 0.1, 'More breads': 0.1 });

  it('are dropped with what stands below them', async () => {
    const html = '<h2>Bread</h2><p>Keep it dry.</p><h2>Related</h2><p>Other breads</p><p>More breads</p>';
    expect(await keptOf(html, likely)).toEqual(['Bread', 'Keep it dry.']);
  });

  it('take the heading above along if nothing else is below that', async () => {
    const html = '<h2>Related</h2><h3>Related</h3><p>Other breads</p><h2>Bread</h2><p>Keep it dry.</p>';
    expect(await keptOf(html, likely)).toEqual(['Bread', 'Keep it dry.']);
  });

  it('are dropped with all their lines', async () => {
    const html = '<h2><div>Related</div><div>Related</div></h2><p>Other breads</p>';
    expect(await keptOf(`<p>Keep it dry.</p>${html}`, likely)).toEqual(['Keep it dry.']);
  });

  it('stay if something is kept below, if nothing stands there, and if they are sure or the title', async () => {
    for (const html of [
      '<h2>Related</h2><p>Other breads</p><p>Rye.</p>',
      '<h2>Related</h2><h3>Rye</h3><p>Rye.</p>',
      '<h2>Related</h2>',
      '<h2>Related</h2><h2>Next</h2><p>Text.</p>',
      '<h1>Related</h1><p>Other breads</p>',
    ]) {
      expect(await keptOf(html, likely), html).toContain('Related');
    }
    expect(await keptOf('<h2>Bread</h2><p>Other breads</p>', likely)).toEqual(['Bread']);
  });
});
