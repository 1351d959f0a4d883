import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repository } from '../../tooling/process.mjs';

it('every page of the docs is in the navigation of their site', async () => {
  const docs = join(repository, 'docs');
  const pages = (await readdir(docs)).filter((name) => name.endsWith('.md') && name !== 'index.md');
  const navigation = await readFile(join(docs, '.vitepress/config.ts'), 'utf8');
  const links = [...navigation.matchAll(/link: '\/([\w-]+)'/g)].map(([, name]) => `${name}.md`);
  expect(links.sort()).toEqual(pages.sort());
});
