/** Builds the JavaScript of one package: its entries with what they share, and each worker in one file. */
import { rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type InputOptions, type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { bundledPackages, noticesText } from './notices.ts';
import { declaredDependencies, type Entry, type Package, packageEntries } from './packages.ts';
import { fileUrls, lazyFiles, plainUrls, type WorkerEntry, workerUrls } from './worker-plugin.ts';

/** The syntax that the built files use: every browser with WebGPU, and Node 20, has it. */
const TARGET = 'es2023';

const SOURCE_CONDITIONS = [
  '@nearfield/source',
  'onnxruntime-web-use-extern-wasm',
  'module',
  'import',
  'default',
];

/**
 * Builds `dist/*.js` of a package, and `dist/THIRD-PARTY-LICENSES.txt` when code of others is inside.
 * Dependencies stay imports in the entries. Workers are complete in themselves, so that they start from any
 * static server.
 *
 * @throws {Error} when an entry imports a package that is not among its dependencies.
 */
export async function bundlePackage({ directory, manifest }: Package): Promise<void> {
  const dist = join(directory, 'dist');
  await rm(dist, { recursive: true, force: true });
  const entries = packageEntries(manifest);
  const source = join(directory, 'src');
  // A map grows while it is walked: workers, and the files that they load when they need them.
  const standalone = new Map<string, WorkerEntry>();
  const add = (file: WorkerEntry): void => {
    standalone.set(file.output, file);
  };
  const chunks = await write(
    {
      input: Object.fromEntries(entries.map((entry) => [entryName(entry), join(directory, entry.source)])),
      platform: 'neutral',
      resolve: { conditionNames: SOURCE_CONDITIONS },
      external: (id) => isExternal(id, declaredDependencies(manifest)),
      plugins: [onlyOwnCode(manifest.name), workerUrls(source, add)],
    },
    { dir: dist },
  );
  for (const file of standalone.values()) {
    const written = await write(
      {
        input: { [file.output.replace(/\.js$/, '')]: file.source },
        platform: 'browser',
        resolve: { conditionNames: [...SOURCE_CONDITIONS, 'browser'] },
        plugins: [fileUrls('ort'), plainUrls(), lazyFiles(source, add)],
      },
      { dir: dist, minify: true, codeSplitting: false },
    );
    chunks.push(...written);
  }
  const bundled = await bundledPackages(chunks.flatMap(({ moduleIds }) => moduleIds));
  if (bundled.length > 0) {
    await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), noticesText(manifest.name, bundled));
  }
}

/** The entry's name in the output: the file name without `dist/` and `.js`. */
function entryName({ output }: Entry): string {
  // Workers and chunks are named relative to a module's own place, which so must be one folder.
  if (dirname(output) !== 'dist') throw new Error(`${output}: outputs must lie directly in dist/`);
  return basename(output, '.js');
}

interface WriteOptions {
  dir: string;
  minify?: boolean;
  codeSplitting?: boolean;
}

async function write(input: InputOptions, output: WriteOptions): Promise<OutputChunk[]> {
  const build = await rolldown({
    ...input,
    transform: { target: TARGET },
    // A warning here is a broken package there: an unresolved import, a missing export.
    onLog(level, log, report) {
      if (level === 'warn') throw new Error(log.message);
      report(level, log);
    },
  });
  try {
    const written = await build.write({
      ...output,
      format: 'esm',
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunk-[name]-[hash].js',
    });
    return written.output.filter((file) => file.type === 'chunk');
  } finally {
    await build.close();
  }
}

/** Whether an import stays in the output: Node's modules, and packages that the consumer has beside this one. */
export function isExternal(id: string, dependencies: readonly string[]): boolean {
  return isBuiltin(id) || dependencies.some((name) => id === name || id.startsWith(`${name}/`));
}

/** A package that is neither declared nor private to this repository would be missing there, or bundled: refused. */
function onlyOwnCode(name: string): Plugin {
  return {
    name: 'nearfield:only-own-code',
    resolveId: {
      filter: { id: /^[^./\0]/ },
      async handler(id, importer) {
        // Entries are absolute paths, which on some systems start with a letter.
        if (importer === undefined) return undefined;
        const resolved = await this.resolve(id, importer, { skipSelf: true });
        if (resolved?.external) return resolved;
        if (!resolved || /[\\/]node_modules[\\/]/.test(resolved.id)) {
          this.error(`${name} imports ${id}, which is not among its dependencies in package.json`);
        }
        return resolved;
      },
    },
  };
}
