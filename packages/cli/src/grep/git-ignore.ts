import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The rules of one `.gitignore`. */
interface Rules {
  /** The folder that they are relative to. */
  readonly folder: string;
  readonly rules: Ignore;
}

function rulesOf(folder: string): Rules[] {
  const path = join(folder, '.gitignore');
  if (!existsSync(path)) return [];
  return [{ folder, rules: ignore({ allowRelativePaths: true }).add(readFileSync(path, 'utf8')) }];
}

/** Paths that git ignores below a folder: the rules of its `.gitignore`, and of those above it in the repository. */
export class GitIgnore {
  readonly #rules: readonly Rules[];

  private constructor(rules: readonly Rules[]) {
    this.#rules = rules;
  }

  /** The rules that hold in a folder. @param folder absolute */
  static in(folder: string): GitIgnore {
    const rules: Rules[] = [];
    for (let at = folder; ; at = dirname(at)) {
      rules.unshift(...rulesOf(at));
      if (existsSync(join(at, '.git'))) return new GitIgnore(rules);
      // Outside a repository, what lies above has no say.
      if (dirname(at) === at) return new GitIgnore(rulesOf(folder));
    }
  }

  /** The rules in a folder below. */
  below(folder: string): GitIgnore {
    const more = rulesOf(folder);
    return more.length === 0 ? this : new GitIgnore([...this.#rules, ...more]);
  }

  /** Whether git would leave out a file or folder. The rules nearest to it decide. */
  ignores(path: string, isFolder: boolean): boolean {
    for (const { folder, rules } of this.#rules.toReversed()) {
      const name = relative(folder, path).split(sep).join('/');
      const { ignored, unignored } = rules.test(isFolder ? `${name}/` : name);
      if (ignored || unignored) return ignored;
    }
    return false;
  }
}
