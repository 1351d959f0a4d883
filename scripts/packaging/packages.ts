/** What the publishable packages are, read from their package.json files. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../../tooling/process.mjs';

/** The fields of a package.json that packaging reads. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  nearfield?: {
    /** Packages whose code is in the built files, so that nobody has to install them. */
    inlines?: readonly string[];
    /** A model that the package has in a folder: `./dist/ID`. */
    model?: { id: string; folder: string };
  };
}

/** A public module of a package. Paths are relative to the package. */
export interface Entry {
  /** Such as `src/index.ts`. */
  source: string;
  /** Such as `dist/index.js`. */
  output: string;
  /** Such as `dist/index.d.ts`; a command has none. */
  types?: string;
}

/** A package of this repository. */
export interface Package {
  /** Absolute path. */
  directory: string;
  manifest: Manifest;
}

/** The packages that are published, dependencies first. */
export async function publishablePackages(root = join(repository, 'packages')): Promise<Package[]> {
  const packages: Package[] = [];
  const names = [
    ...(await readdir(root)),
    ...(await readdir(join(root, 'models'))).map((name) => join('models', name)),
  ];
  for (const name of names.sort()) {
    const directory = join(root, name);
    if (!existsSync(join(directory, 'package.json'))) continue;
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
    if (!manifest.private) packages.push({ directory, manifest });
  }
  return dependenciesFirst(packages);
}

function dependenciesFirst(packages: readonly Package[]): Package[] {
  const sorted = new Set<Package>();
  const add = (pack: Package): void => {
    for (const name of declaredDependencies(pack.manifest)) {
      const dependency = packages.find(({ manifest }) => manifest.name === name);
      if (dependency && !sorted.has(dependency)) add(dependency);
    }
    sorted.add(pack);
  };
  packages.forEach(add);
  return [...sorted];
}

/** Names of the packages that a consumer has beside this one. */
export function declaredDependencies({ dependencies, peerDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies });
}

/**
 * The entries that `exports` and `bin` name. An entry of `exports` names its source under the condition
 * `@nearfield/source`; a command `dist/x.js` is built from `src/x.ts`.
 *
 * @throws {Error} when an export has no source or no output.
 */
export function packageEntries({ name, exports = {}, bin = {} }: Manifest): Entry[] {
  const path = (value: string): string => value.replace(/^\.\//, '');
  const entries: Entry[] = [];
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const { '@nearfield/source': source, types, default: output } = target;
    if (!source || !types || !output) {
      throw new Error(`${name}: export "${subpath}" must have @nearfield/source, types and default`);
    }
    entries.push({ source: path(source), output: path(output), types: path(types) });
  }
  for (const command of Object.values(bin)) {
    const output = path(command);
    entries.push({ source: output.replace(/^dist\/(.*)\.js$/, 'src/$1.ts'), output });
  }
  return entries;
}
