/** Builds the JavaScript of one package: its entries with what they share, and each worker in one file. */
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type InputOptions, type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { kernelBytes } from '../../packages/encoder/src/kernels.ts';
import { bundledPackages, noticesText } from './notices.ts';
import { declaredDependencies, type Entry, type Package, packageEntries } from './packages.ts';
import { pureInitialisers } from './pure-plugin.ts';
import { leaveOutOwnSources } from './source-maps.ts';
import { fileUrls, lazyFiles, plainUrls, type WorkerEntry, workerUrls } from './worker-plugin.ts';

/** The encoder as a file: an export of the package that has it inside, for hosts that compile no bytes. */
const ENCODER_FILE = './encoder.wasm';

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
  await clear(dist, manifest.nearfield?.model?.folder);
  const entries = packageEntries(manifest);
  const source = join(directory, 'src');
  // A map grows while it is walked: workers, and the files that they load when they need them.
  const standalone = new Map<string, WorkerEntry>();
  const add = (file: WorkerEntry): void => {
    standalone.set(file.output, file);
  };
  const { inlines = [] } = manifest.nearfield ?? {};
  const isInlined = (id: string): boolean => isExternal(id, inlines);
  const inputs = (chosen: readonly Entry[]): Record<string, string> =>
    Object.fromEntries(chosen.map((entry) => [entryName(entry), join(directory, entry.source)]));
  const chunks = await write(
    {
      input: inputs(entries.filter((entry) => !isComplete(entry))),
      platform: 'neutral',
      resolve: { conditionNames: SOURCE_CONDITIONS },
      external: (id) => isExternal(id, declaredDependencies(manifest)),
      plugins: [
        lazyFiles(source, add, 'name', isInlined),
        onlyOwnCode(manifest.name, inlines),
        workerUrls(source, add),
        pureInitialisers(),
      ],
    },
    { dir: dist },
  );
  for (const entry of entries.filter(isComplete)) {
    const written = await write(
      {
        input: inputs([entry]),
        platform: 'browser',
        resolve: { conditionNames: [...SOURCE_CONDITIONS, 'browser'] },
        plugins: [workerUrls(source, add), plainUrls()],
      },
      { dir: dist, minify: true, codeSplitting: false },
    );
    chunks.push(...written);
  }
  for (const file of standalone.values()) {
    const written = await write(
      {
        input: { [file.output.replace(/\.js$/, '')]: file.source },
        platform: 'browser',
        resolve: { conditionNames: [...SOURCE_CONDITIONS, 'browser'] },
        plugins: [fileUrls('ort'), plainUrls(), lazyFiles(source, add)],
      },
      // Maps of data, such as the ranks of tokens, are twice its size and help nobody.
      {
        dir: dist,
        minify: true,
        codeSplitting: false,
        sourcemap: !/[\\/]node_modules[\\/]/.test(file.source),
      },
    );
    chunks.push(...written);
  }
  if (manifest.exports?.[ENCODER_FILE]) await writeFile(join(directory, 'dist/encoder.wasm'), kernelBytes());
  await refuseInlinable(dist);
  await leaveOutOwnSources(directory);
  const bundled = await bundledPackages(chunks.flatMap(({ moduleIds }) => moduleIds));
  if (bundled.length > 0) {
    await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), noticesText(manifest.name, bundled));
  }
}

/** Deletes what an earlier build has left, but for the folder of a model, which is built by itself. */
async function clear(dist: string, modelFolder: string | undefined): Promise<void> {
  const kept = modelFolder && basename(modelFolder);
  for (const name of await readdir(dist).catch(() => [])) {
    if (name !== kept) await rm(join(dist, name), { recursive: true, force: true });
  }
}

/** Whether an entry has its dependencies inside, for pages that have neither a bundler nor an import map. */
const isComplete = ({ output }: Entry): boolean => output === 'dist/standalone.js';

/** Vite puts files below this size into the importing script, as `data:` URLs. */
const INLINED_BYTES = 4096;

/**
 * Workers, what they load later and assets are named by URL, and stay files in every application: as `data:` URLs a
 * content security policy forbids them.
 */
async function refuseInlinable(dist: string): Promise<void> {
  for (const path of await readdir(dist, { recursive: true })) {
    if (!/^(worker|lazy)-.*\.js$|^ort[\\/]/.test(path)) continue;
    const { size } = await stat(join(dist, path));
    if (size >= INLINED_BYTES) continue;
    throw new Error(
      `${path} has only ${size} bytes, so that Vite makes it a data: URL: import it with what needs it`,
    );
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
  sourcemap?: boolean;
}

async function write(input: InputOptions, output: WriteOptions): Promise<OutputChunk[]> {
  const build = await rolldown({
    ...input,
    transform: { target: TARGET },
    // A slow machine is no broken package.
    checks: { bundlerTimings: false },
    // A warning here is a broken package there: an unresolved import, a missing export.
    onLog(level, log, report) {
      if (level === 'warn') throw new Error(log.message);
      report(level, log);
    },
  });
  try {
    const written = await build.write({
      sourcemap: true,
      ...output,
      format: 'esm',
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

/**
 * A package that is neither declared nor private to this repository would be missing there, or bundled: refused, but for
 * those that are inlined on purpose.
 */
function onlyOwnCode(name: string, inlines: readonly string[]): Plugin {
  return {
    name: 'nearfield:only-own-code',
    resolveId: {
      filter: { id: /^[^./\0]/ },
      async handler(id, importer) {
        // Entries are absolute paths, which on some systems start with a letter.
        if (importer === undefined) return undefined;
        const resolved = await this.resolve(id, importer, { skipSelf: true });
        if (resolved?.external || (resolved && isExternal(id, inlines))) return resolved;
        if (!resolved || /[\\/]node_modules[\\/]/.test(resolved.id)) {
          this.error(`${name} imports ${id}, which is not among its dependencies in package.json`);
        }
        return resolved;
      },
    },
  };
}
