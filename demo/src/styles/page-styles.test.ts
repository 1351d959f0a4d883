import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const SOURCE = new URL('../', import.meta.url);
/** Folders whose rules are meant for all pages. */
const SHARED = ['styles', 'elements', 'shell', 'app'];

/** Classes that a stylesheet gives a look wherever they are: those that a selector begins with, and has alone there. */
function ownedClasses(css: string): string[] {
  const rules = css.replace(/\/\*[\s\S]*?\*\//gu, '').matchAll(/(?:^|[{};])\s*([^{};@]+)\{/gu);
  return [...rules].flatMap(([, selectors]) =>
    selectors!.split(',').flatMap((selector) => /^\.([\w-]+)(?![\w.:[-])/u.exec(selector.trim())?.[1] ?? []),
  );
}

test('no two pages give one class a look: all stylesheets are there once every page was fetched', async () => {
  const owners = new Map<string, Set<string>>();
  for (const entry of await readdir(SOURCE, { recursive: true })) {
    const [, folder] = /^([^/]+)\/.+\.css$/u.exec(entry.replaceAll('\\', '/')) ?? [];
    if (folder === undefined || SHARED.includes(folder)) continue;
    for (const name of ownedClasses(await readFile(new URL(entry, SOURCE), 'utf8'))) {
      // What lies below the class of the page itself is the page's own.
      if (name === folder || name === 'page') continue;
      owners.set(name, (owners.get(name) ?? new Set()).add(folder));
    }
  }
  expect(owners.size).toBeGreaterThan(50);
  expect([...owners].filter(([, folders]) => folders.size > 1)).toEqual([]);
});
