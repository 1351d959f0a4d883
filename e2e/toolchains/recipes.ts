/** The recipes of docs/toolchains.md: what a reader would paste. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Its address, which error messages name. */
export const RECIPES = 'https://github.com/nearfield/nearfield/blob/main/docs/toolchains.md';

/** One section of the page. */
export interface Recipe {
  /** Packages that its commands install from the registry, in the order in which they are named. */
  readonly packages: readonly string[];
  /** Those commands themselves. */
  readonly installs: readonly string[];
  /** Its other commands, line by line. */
  readonly commands: readonly string[];
  /** Files by the paths that their blocks name. */
  readonly files: Readonly<Record<string, string>>;
  /** Blocks of code without a path. */
  readonly fragments: readonly string[];
}

const PAGE = fileURLToPath(new URL('../../docs/toolchains.md', import.meta.url));

const BLOCK = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/** The fenced blocks of a Markdown text; a path stands behind the language. */
export const codeBlocks = (text: string): { language: string; path: string | undefined; code: string }[] =>
  [...text.matchAll(BLOCK)].map(([, language = '', path, code = '']) => ({ language, path, code }));

const INSTALL = /^npm install (?:--save-dev )?(.+)$/;

/** Recipes by their headings; what stands before the first heading is called `''`. */
export function readRecipes(text = readFileSync(PAGE, 'utf8')): ReadonlyMap<string, Recipe> {
  const recipes = new Map<string, Recipe>();
  for (const section of text.split(/^## /m)) {
    const isFirst = recipes.size === 0;
    const heading = isFirst ? '' : section.slice(0, section.indexOf('\n')).trim();
    const files: Record<string, string> = {};
    const fragments: string[] = [];
    const packages: string[] = [];
    const commands: string[] = [];
    const installs: string[] = [];
    for (const { language, path, code } of codeBlocks(section)) {
      if (path !== undefined) files[path] = code;
      else if (language !== 'sh') fragments.push(code);
      else {
        for (const line of code.trim().split('\n')) {
          const install = INSTALL.exec(line);
          if (install) {
            installs.push(line);
            packages.push(...install[1]!.split(' '));
          } else commands.push(line);
        }
      }
    }
    recipes.set(heading, { packages, installs, commands, files, fragments });
  }
  return recipes;
}
