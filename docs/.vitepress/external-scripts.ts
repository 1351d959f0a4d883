import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransformContext } from 'vitepress';

/** A script in the page: an element without an address, which is JavaScript. */
const INLINE =
  /<script(?<attributes>(?:\s+(?!src\b|type\b)[\w-]+(?:="[^"]*")?)*)>(?<code>[\s\S]+?)<\/script>/g;

/**
 * Moves the scripts that VitePress writes into its pages (the theme's choice before the first paint) to files, so that
 * a policy need not name their sums. They stay where they are, and run before what follows them.
 */
export async function externalScripts(html: string, _: string, context: TransformContext): Promise<string> {
  const { outDir, assetsDir, site } = context.siteConfig;
  let moved = html;
  for (const { 0: element, groups } of html.matchAll(INLINE)) {
    const { attributes = '', code = '' } = groups!;
    const name = `${assetsDir}/inline.${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
    await mkdir(join(outDir, assetsDir), { recursive: true });
    await writeFile(join(outDir, name), code);
    moved = moved.replace(element, () => `<script${attributes} src="${site.base}${name}"></script>`);
  }
  return moved;
}
