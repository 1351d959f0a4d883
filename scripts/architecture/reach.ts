/** Modules that files load by their imports, directly or through others. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../tooling/process.mjs';
import { importsOf } from './imports.ts';

/** The source behind each name that a package of this repository is imported by. */
function packageSources(): Map<string, string> {
  const sources = new Map<string, string>();
  for (const root of ['packages', 'packages/models']) {
    for (const name of readdirSync(join(repository, root))) {
      const folder = `${root}/${name}`;
      const path = join(repository, folder, 'package.json');
      if (!existsSync(path)) continue;
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
        name: string;
        exports?: Record<string, string | Record<string, string>>;
      };
      for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
        const source = typeof target === 'string' ? target : target['@nearfield/source'];
        if (source) sources.set(manifest.name + subpath.slice(1), folder + source.slice(1));
      }
    }
  }
  return sources;
}

/**
 * A function that gives everything which is loaded with a file: files relative to the repository, and the names of
 * modules that are installed. Types are not loaded.
 */
export function reachability(): (file: string) => ReadonlySet<string> {
  const sources = packageSources();
  const known = new Map<string, readonly string[]>();
  const targetsOf = (file: string): readonly string[] => {
    let targets = known.get(file);
    if (!targets) {
      const isSource = /^[a-z].*\/.*\.(ts|mjs)$/.test(file) && existsSync(join(repository, file));
      targets = isSource
        ? importsOf(file).flatMap(({ to, isType }) => (isType ? [] : (sources.get(to) ?? to.split('?')[0]!)))
        : [];
      known.set(file, targets);
    }
    return targets;
  };
  return (file) => {
    const reached = new Set<string>();
    const waiting = [file];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const target of targetsOf(next)) {
        if (reached.has(target)) continue;
        reached.add(target);
        waiting.push(target);
      }
    }
    return reached;
  };
}
