import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { templateTexts } from './template-texts.ts';

const SOURCE = new URL('../', import.meta.url);

/** Modules with templates, by folder. */
async function modules(): Promise<Map<string, Map<string, string>>> {
  const folders = new Map<string, Map<string, string>>();
  for (const entry of await readdir(SOURCE, { recursive: true })) {
    const [, folder, name] = /^([^/]+)\/(.+\.ts)$/u.exec(entry.replaceAll('\\', '/')) ?? [];
    if (folder === undefined || name === undefined || /\.test(?:-d)?\.ts$/u.test(name)) continue;
    const source = await readFile(new URL(entry, SOURCE), 'utf8');
    folders.set(folder, (folders.get(folder) ?? new Map()).set(name, source));
  }
  return folders;
}

const folders = await modules();

test.each([...folders.keys()].sort())('the templates of %s have no text of their own', (folder) => {
  const found = [...folders.get(folder)!].flatMap(([name, source]) => {
    const texts = templateTexts(source);
    return texts.length > 0 ? [{ name, texts }] : [];
  });
  expect(found, 'texts that belong into demo/src/words').toEqual([]);
});

test('finds texts of nodes and of attributes, and nothing else', () => {
  const hole = (code: string) => `\${${code}}`;
  expect(
    templateTexts(
      `html\`<p class="hint" title="A hint">Two words ${hole('a > b')} of <b>${hole('c')}</b></p>\``,
    ),
  ).toEqual(['A hint', 'Two words   of']);
  expect(templateTexts(`html\`<input placeholder='name' aria-label=Name .value=${hole('x')} />\``)).toEqual([
    'name',
    'Name',
  ]);
  expect(templateTexts(`html\`<div>${hole("on ? html`<i>inner</i>` : 'text'")} 12 % · ×</div>\``)).toEqual([
    'inner',
  ]);
  expect(
    templateTexts(
      `html\`<h1 data-kind="word" class=${hole('a')}>Nearfield</h1><!-- a note --><a href="#/x" aria-label=${hole('l')}>&nbsp;</a>\``,
    ),
  ).toEqual([]);
  expect(templateTexts(`const text = \`Plain ${hole('x')}\`; css\`a { color: red }\`;`)).toEqual([]);
});
