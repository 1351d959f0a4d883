import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { FoundationError } from '@nearfield/spec';

/** Parts that {@link copyFiles} copies: the library's files, the models, and `<nearfield-search>`. */
export const COPIED_PARTS = ['runtime', 'models', 'search'] as const;
export type CopiedPart = (typeof COPIED_PARTS)[number];

/** Copied unless the caller names parts: the search element needs neither. */
export const DEFAULT_PARTS: readonly CopiedPart[] = ['runtime', 'models'];

/** Files of `@nearfield/core` that pages load by URL. Everything else is imported, which is the bundler's work. */
const RUNTIME = /^(standalone|worker-\w+|lazy-[\w-]+)\.js$|^ort\/[\w.-]+$|^THIRD-PARTY-LICENSES\.txt$/;

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  nearfield?: { model?: { id: string; folder: string } };
}

/** A folder that was filled. */
export interface Copied {
  /** A package's name. */
  from: string;
  /** Relative to the project. */
  to: string;
  files: number;
  bytes: number;
}

/** Options of {@link copyFiles}. */
export interface CopyOptions {
  /** Folder of the project, whose `package.json` names the packages. Default: the working directory. */
  project?: string;
  /** @default runtime and models */
  parts?: readonly CopiedPart[];
}

/**
 * Puts the files that pages load by URL into a folder of the site: those of the installed `@nearfield/core` into the
 * folder itself, and each model package of the project's dependencies into `models/ID` below it. The part
 * `search` is `<nearfield-search>` with its translations. Existing files of these names are replaced; others stay.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED where there is no project, or nothing to copy.
 */
export async function copyFiles(
  folder: string,
  { project = process.cwd(), parts = DEFAULT_PARTS }: CopyOptions = {},
): Promise<Copied[]> {
  const target = resolve(project, folder);
  const manifest = await readManifest(join(project, 'package.json'));
  if (!manifest) {
    throw invalid(`There is no package.json in ${project}: run this in the folder of your project.`);
  }
  const copied: Copied[] = [];
  const fill = async (from: string, source: string, to: string, isWanted?: (path: string) => boolean) => {
    copied.push({ from, to: relative(project, to) || '.', ...(await fillFolder(source, to, isWanted)) });
  };
  if (parts.includes('runtime')) {
    const core = installed('@nearfield/core', project);
    await fill('@nearfield/core', join(core, 'dist'), target, (path) => RUNTIME.test(path));
  }
  if (parts.includes('models')) {
    for (const { name, directory, model } of await modelPackages(manifest, project)) {
      await fill(name, join(directory, model.folder), join(target, 'models', model.id));
    }
  }
  if (parts.includes('search')) {
    const search = installed('@nearfield/search', project);
    await fill('@nearfield/search', join(search, 'dist/standalone'), target);
  }
  if (copied.length === 0) {
    throw invalid(
      'No dependency of this project is a model. Install one first, such as: npm install @nearfield/model-minilm',
    );
  }
  return copied;
}

/** Folder of a package: the project's, or else the one that came with the command. */
const installed = (name: string, project: string): string =>
  packageFolder(name, project) ?? packageFolder(name, import.meta.url)!;

/** The project's dependencies that say they have a model. */
async function modelPackages(manifest: Manifest, project: string) {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const found: { name: string; directory: string; model: { id: string; folder: string } }[] = [];
  for (const name of names.sort()) {
    const directory = packageFolder(name, project);
    const model = directory && (await readManifest(join(directory, 'package.json')))?.nearfield?.model;
    if (directory && model) found.push({ name, directory, model });
  }
  return found;
}

/**
 * Folder of an installed package, as Node resolves it; undefined if it is not installed or hides its `package.json`.
 * @param from a folder, or a module's URL
 */
function packageFolder(name: string, from: string): string | undefined {
  try {
    const base = from.startsWith('file:') ? from : join(from, 'package.json');
    return dirname(createRequire(base).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Manifest;
  } catch (cause) {
    throw invalid(`${path} is not JSON: ${(cause as Error).message}`);
  }
}

async function fillFolder(
  source: string,
  target: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  // By names alone: entries of archives, as Yarn leaves packages in, do not know their folder.
  for (const name of await readdir(source, { recursive: true })) {
    const file = join(source, name);
    const path = name.split(sep).join('/');
    if (basename(name).startsWith('.') || !isWanted(path)) continue;
    const info = await stat(file);
    if (!info.isFile()) continue;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await copyFile(file, join(target, path));
    files++;
    bytes += info.size;
  }
  return { files, bytes };
}

const invalid = (message: string): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message });

/** One line for each folder. */
export const copiedTable = (copied: readonly Copied[]): string =>
  copied
    .map(
      ({ from, to, files, bytes }) =>
        `${to}${sep}  ${files} files of ${from}, ${(bytes / 1e6).toFixed(1)} MB\n`,
    )
    .join('');
