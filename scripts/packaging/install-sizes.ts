/** What an installation of each package weighs: its own files and those of everything that it depends on. */
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Manifest, type Package, publishablePackages } from './packages.ts';
import { tarballFiles } from './tarball.ts';

/** Bytes that an installation may weigh, by the package's name. Passing one is a decision, as in `.size-limit.js`. */
const BUDGETS: Readonly<Record<string, number>> = {
  '@nearfield/spec': 3e6,
  // 41 MB are onnxruntime's WebAssembly, 4 MB token ranks.
  '@nearfield/core': 60e6,
  // 0.1 MB are the parser of event streams.
  '@nearfield/remote': 3e6,
  '@nearfield/router': 3.2e6,
  // Two thirds are the parser and the document for Node and workers.
  // 41 MB of pdfjs-dist are the application's own.
  '@nearfield/reader': 20e6,
  // 3 MB are stemmers and stop words, 3 MB lit; clients of engines and frameworks are optional.
  '@nearfield/search': 15e6,
  // 22 MB are js-tiktoken's ranks, which answer requests of token ids as OpenAI's clients send them.
  '@nearfield/server': 32e6,
  '@nearfield/ai-sdk': 4e6,
  // LangChain is the application's own.
  '@nearfield/langchain': 3e6,
  // 27 MB are onnxruntime's files; in Node transformers.js is the application's own.
  '@nearfield/transformers': 36e6,
  // 170 MB are the embedded models in all precisions, which answer without a download; 17 MB the protocol of agents, 17
  // MB the reader, 41 MB pdfjs-dist, so that `nearfield read` reads PDFs at once.
  '@nearfield/cli': 360e6,
  // A fifth is the file with its words in 4 bits.
  '@nearfield/model-minilm': 92e6,
  '@nearfield/model-minilm-reranker': 70e6,
  '@nearfield/model-icon-clip': 10.5e6,
  '@nearfield/model-minilm-query-table': 12.5e6,
};

/** The weight of one package's installation. */
export interface InstallSize {
  readonly name: string;
  /** Bytes of its own files. */
  readonly own: number;
  /** Bytes with its dependencies; optional ones are not installed by themselves. */
  readonly total: number;
  /** Undefined for a package that nobody has decided on. */
  readonly budget: number | undefined;
}

/** Weighs packed packages. @param tarballs their paths */
export async function installSizes(tarballs: readonly string[]): Promise<InstallSize[]> {
  const packages = await publishablePackages();
  const own = new Map<string, number>();
  for (const tarball of tarballs) {
    const { manifest, bytes } = await tarballFiles(tarball);
    own.set(manifest.name, bytes);
  }
  return Promise.all(
    packages.map(async (pack) => {
      const { name } = pack.manifest;
      const total = [...(await closure(pack, packages)).values()].reduce((sum, size) => sum + size, 0);
      return { name, own: own.get(name)!, total, budget: BUDGETS[name] };
    }),
  );

  /** Sizes of a package and of all that it depends on, by folder or name. */
  async function closure(pack: Package, ours: readonly Package[]): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    const add = async (manifest: Manifest, folder: string): Promise<void> => {
      for (const name of Object.keys(manifest.dependencies ?? {})) {
        const sibling = ours.find((each) => each.manifest.name === name);
        if (sibling) {
          if (sizes.has(name)) continue;
          sizes.set(name, own.get(name)!);
          await add(sibling.manifest, sibling.directory);
          continue;
        }
        const installed = await installedFolder(name, folder);
        if (sizes.has(installed)) continue;
        sizes.set(installed, await folderSize(installed));
        const text = await readFile(join(installed, 'package.json'), 'utf8');
        await add(JSON.parse(text) as Manifest, installed);
      }
    };
    sizes.set(pack.manifest.name, own.get(pack.manifest.name)!);
    await add(pack.manifest, pack.directory);
    return sizes;
  }
}

/** Where a dependency of the package in `folder` is installed. */
async function installedFolder(name: string, folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    const candidate = join(place, 'node_modules', name);
    if (existsSync(candidate)) return realpath(candidate);
    if (place === dirname(place)) throw new Error(`${name}, which ${folder} depends on, is not installed`);
  }
}

/** Bytes of a package's files, without packages inside. */
async function folderSize(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) size += entry.name === 'node_modules' ? 0 : await folderSize(path);
    else if (entry.isFile()) size += (await stat(path)).size;
  }
  return size;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`.padStart(9);

/** One line for each package. */
export const installTable = (sizes: readonly InstallSize[]): string =>
  sizes
    .map(
      ({ name, own, total, budget }) =>
        `  ${name.padEnd(36)}${megabytes(own)} own ${megabytes(total)} installed, budget ${budget === undefined ? 'none' : megabytes(budget).trim()}`,
    )
    .join('\n');

/** A line for each package that is heavier than its budget, or has none. */
export const overBudget = (sizes: readonly InstallSize[]): string[] =>
  sizes
    .filter(({ total, budget }) => budget === undefined || total > budget)
    .map(({ name, total, budget }) =>
      budget === undefined
        ? `${name} has no budget: give it one in scripts/packaging/install-sizes.ts`
        : `${name} weighs ${megabytes(total).trim()} installed, more than its budget of ${megabytes(budget).trim()}`,
    );
