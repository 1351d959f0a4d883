/** Files that grep searches. */
import { type Dirent, realpathSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { GitIgnore } from './git-ignore.ts';

export interface WalkOptions {
  /** Globs of names; a file must match one. @default all */
  readonly include?: readonly string[];
  /** Globs of names of files that are left out. @default none */
  readonly exclude?: readonly string[];
  /** Globs of names of folders that are left out. @default none */
  readonly excludeFolders?: readonly string[];
  /** Whether hidden files and folders are searched. @default false */
  readonly hidden?: boolean;
  /** Whether files that git ignores, and `node_modules`, are searched. @default false */
  readonly ignored?: boolean;
  /** Whether links in folders are followed. @default false */
  readonly followLinks?: boolean;
  /** Called for what cannot be read. */
  readonly onProblem: (path: string, error: NodeJS.ErrnoException) => void;
}

/** Always left out: git's own files are no text of the project. */
const NEVER = '.git';
const DEPENDENCIES = 'node_modules';

/**
 * Paths of the files below what the command line names, in the order of their names. What it names itself is searched
 * whatever the options say, except for `include` and `exclude`.
 */
export async function* walk(
  paths: readonly string[],
  options: WalkOptions,
): AsyncGenerator<string, void, undefined> {
  const { include = [], exclude = [], excludeFolders = [], onProblem } = options;
  const matcher = (globs: readonly string[]) => picomatch([...globs], { dot: true });
  const [isIncluded, isExcluded, isExcludedFolder] = [include, exclude, excludeFolders].map(matcher);
  const isWanted = (name: string): boolean =>
    (include.length === 0 || isIncluded!(name)) && !(exclude.length > 0 && isExcluded!(name));
  const seen = new Set<string>();

  async function* below(folder: string, rules: GitIgnore): AsyncGenerator<string, void, undefined> {
    if (options.followLinks) {
      const real = realpathSync(folder);
      if (seen.has(real)) return;
      seen.add(real);
    }
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      onProblem(folder, error as NodeJS.ErrnoException);
      return;
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      const { name } = entry;
      const path = folder === '.' ? name : join(folder, name);
      const kind = entry.isSymbolicLink() ? (options.followLinks ? await kindOf(path) : undefined) : entry;
      const isFolder = kind?.isDirectory() ?? false;
      if (!isFolder && !kind?.isFile()) continue;
      if (name === NEVER || (!options.hidden && name.startsWith('.'))) continue;
      if (!options.ignored && (name === DEPENDENCIES || rules.ignores(resolve(path), isFolder))) continue;
      if (isFolder) {
        if (!(excludeFolders.length > 0 && isExcludedFolder!(name))) {
          yield* below(path, rules.below(resolve(path)));
        }
      } else if (isWanted(name)) yield path;
    }
  }

  for (const path of paths) {
    try {
      const facts = await stat(path);
      if (facts.isDirectory()) yield* below(path, GitIgnore.in(resolve(path)));
      else if (isWanted(path.split(/[\\/]/).at(-1)!)) yield path;
    } catch (error) {
      onProblem(path, error as NodeJS.ErrnoException);
    }
  }
}

const kindOf = (path: string) => stat(path).catch(() => undefined);
