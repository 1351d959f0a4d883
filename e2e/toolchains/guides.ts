/** The guides of docs/: files, commands and what these print, in the order in which a reader meets them. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Consumer } from './consumer.ts';
import { codeBlocks } from './recipes.ts';
import type { Workspace } from './workspace.ts';

/** Guides that run in Node from their first line to their last, by their names. */
export const GUIDES = [
  'semantic-search',
  'classification',
  'rag',
  'self-hosting',
  'licence',
  'from-openai',
  'from-transformers',
] as const;

/** The project that the guides install. */
export const GUIDES_PROJECT: Pick<Consumer, 'id' | 'recipe' | 'packages'> = {
  id: 'guides',
  recipe: '',
  packages: {
    ...Object.fromEntries(
      ['cli', 'core', 'model-minilm', 'search', 'server', 'spec'].map((name) => [`@nearfield/${name}`, '*']),
    ),
    openai: '6.30.1',
  },
};

/** The blocks of a guide. */
export const guideBlocks = (name: string): ReturnType<typeof codeBlocks> =>
  codeBlocks(readFileSync(fileURLToPath(new URL(`../../docs/${name}.md`, import.meta.url)), 'utf8'));

/** What npm would write for a command that installs: the workspace has done that. */
function manifestFor(command: string): string | undefined {
  const [, names] = /^npm install (.+)$/.exec(command) ?? [];
  const dependencies = Object.fromEntries((names?.split(' ') ?? []).map((name) => [name, '*']));
  return names === undefined ? undefined : JSON.stringify({ name: 'guide', private: true, dependencies });
}

/** What was printed, and what a guide says is. */
export interface Outcome {
  readonly printed: string;
  readonly shown: string;
}

/** Does what a guide says, in a folder of its own. Gives what its commands print beside what it shows of that. */
export async function followGuide(workspace: Workspace, name: string): Promise<Outcome[]> {
  const folder = join(workspace.folder(GUIDES_PROJECT.id), name);
  await mkdir(folder, { recursive: true });
  const outcomes: Outcome[] = [];
  let printed = '';
  for (const { language, path, code } of guideBlocks(name)) {
    if (path !== undefined) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), code);
    } else if (language === 'sh') {
      for (const line of code.trim().split('\n')) {
        const manifest = manifestFor(line);
        if (manifest !== undefined) await writeFile(join(folder, 'package.json'), manifest);
        else if (line !== 'npm init --yes') {
          // What earlier runs have kept below the home directory, such as classifiers, is not there for a newcomer.
          printed = await workspace.run(GUIDES_PROJECT.id, `cd ${name} && HOME="$PWD" FORCE_COLOR=0 ${line}`);
        }
      }
    } else if (language === 'text') {
      outcomes.push({ printed: withoutFigures(printed), shown: withoutFigures(code) });
    }
  }
  return outcomes;
}

/** The last digits of scores depend on the processor. */
const withoutFigures = (text: string): string => text.trim().replace(/\d+\.\d+/g, '#');
