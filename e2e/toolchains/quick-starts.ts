/** The README's quick starts: what a reader would paste. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeBlocks } from './recipes.ts';

/** One of them. */
export interface QuickStart {
  /** Shell commands, which end in the project's folder. */
  readonly commands: string;
  /** Files by the paths that their blocks name. */
  readonly files: Readonly<Record<string, string>>;
}

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

/** By their headings. */
export function readQuickStarts(text = readFileSync(README, 'utf8')): ReadonlyMap<string, QuickStart> {
  const [, section = ''] = /^## Quick start\n([\s\S]*?)^## /m.exec(text) ?? [];
  const starts = new Map<string, QuickStart>();
  for (const part of section.split(/^### /m).slice(1)) {
    const blocks = codeBlocks(part);
    const files = blocks.flatMap(({ path, code }) => (path === undefined ? [] : [[path, code] as const]));
    const commands = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
    starts.set(part.slice(0, part.indexOf('\n')).trim(), {
      commands: commands.join(''),
      files: Object.fromEntries(files),
    });
  }
  return starts;
}
