import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundlePackage, isExternal } from './bundle.ts';
import type { Manifest } from './packages.ts';
import { withoutNodeTail } from './worker-plugin.ts';

/** Large enough to stay a file in every application. */
const LARGE = 5000;
const WASM = 'not really wasm'.padEnd(LARGE);

let directory: string;
const manifest: Manifest = {
  name: 'sample',
  version: '1.0.0',
  exports: {
    '.': { '@nearfield/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './more': {
      '@nearfield/source': './src/deep/more.ts',
      types: './dist/deep/more.d.ts',
      default: './dist/more.js',
    },
    './package.json': './package.json',
  },
  bin: { sample: './dist/cli.js' },
  dependencies: { kept: '1.0.0' },
};

/** A package that has all that packaging must deal with. */
const files = {
  'src/index.ts': `import { greet } from 'kept/greet';
import { shared } from './shared.ts';
export const start = (): URL => new URL('./worker/adder.ts', import.meta.url);
export const text: string = greet(shared);
`,
  'src/deep/more.ts': `export { shared } from '../shared.ts';\n`,
  'src/shared.ts': `export const shared: string = 'shared by both';\n`,
  'src/cli.ts': `import { shared } from './shared.ts';\nconsole.log(shared);\n`,
  'src/worker/adder.ts': `import { add } from 'inlined';
import wasm from 'inlined/add.wasm?url';
export const sum: number = add(1, 2);
export const file: string = wasm;
export const rare = (): Promise<{ table: string }> => import('../rare/table.ts');
export const text: string = '${'text '.repeat(LARGE / 5)}';
`,
  'src/rare/table.ts': `import { shared } from '../shared.ts';\nexport const table: string = shared + ', rarely';
export const rows: string = '${'row '.repeat(LARGE / 4)}';\n`,
  'node_modules/inlined/package.json': JSON.stringify({
    name: 'inlined',
    version: '2.0.0',
    license: 'ISC',
    type: 'module',
    exports: { '.': './index.js', './add.wasm': './files/add.wasm' },
  }),
  'node_modules/inlined/index.js': `export const add = (a, b) => a + b;\n`,
  'node_modules/inlined/files/add.wasm': WASM,
  'node_modules/inlined/LICENSE.md': 'Copyright (c) Somebody',
};

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), text);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-bundle-'));
  for (const [path, text] of Object.entries(files)) await put(path, text);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const built = (name: string): Promise<string> => readFile(join(directory, 'dist', name), 'utf8');

test('entries keep their dependencies as imports and share code', async () => {
  await bundlePackage({ directory, manifest });
  const index = await built('index.js');
  expect(index).toMatch(/from ["']kept\/greet["']/);
  expect(await built('more.js')).not.toContain('shared by both');
  const names = (await readdir(join(directory, 'dist'))).filter((name) => name.endsWith('.js'));
  expect(names).toEqual(expect.arrayContaining(['index.js', 'more.js', 'cli.js', 'worker-adder.js']));
});

test("a worker's URL points to its built file, which needs nothing else than the files beside it", async () => {
  await bundlePackage({ directory, manifest });
  expect(await built('index.js')).toContain(`new URL("./worker-adder.js", import.meta.url)`);
  const code = await built('worker-adder.js');
  expect(code).not.toMatch(/^import /m);
  expect(code).toContain('new URL("./ort/add.wasm",import.meta.url)');
  const worker = (await import(pathToFileURL(join(directory, 'dist/worker-adder.js')).href)) as {
    sum: number;
    file: string;
    rare(): Promise<{ table: string }>;
  };
  expect(worker.sum).toBe(3);
  expect(worker.file).toBe(pathToFileURL(join(directory, 'dist/ort/add.wasm')).href);
  expect(code).not.toContain('shared by both');
  expect(code).toMatch(
    /@vite-ignore.*webpackIgnore.*new URL\("\.\/lazy-rare-table\.js",import\.meta\.url\)/s,
  );
  expect((await worker.rare()).table).toBe('shared by both, rarely');
  expect(await built('lazy-rare-table.js')).not.toMatch(/\bimport\b/);
  expect(await built('ort/add.wasm')).toBe(WASM);
});

test('the licences of bundled code are included, and a missing one is an error', async () => {
  await bundlePackage({ directory, manifest });
  const notices = await built('THIRD-PARTY-LICENSES.txt');
  expect(notices).toContain('inlined 2.0.0 (ISC)');
  expect(notices).toContain('Copyright (c) Somebody');
  await rm(join(directory, 'node_modules/inlined/LICENSE.md'));
  await expect(bundlePackage({ directory, manifest })).rejects.toThrow(/inlined@2\.0\.0.*no licence/);
});

test('an undeclared dependency is refused, not bundled', async () => {
  await put('src/shared.ts', `export { add as shared } from 'inlined';\n`);
  await expect(bundlePackage({ directory, manifest })).rejects.toThrow(/sample imports inlined/);
  await put('src/shared.ts', `export const shared = await import('elsewhere').catch(() => 'none');\n`);
  await expect(bundlePackage({ directory, manifest })).rejects.toThrow(/sample imports elsewhere/);
});

test('a package that is inlined needs not be installed: its imports are inside, or in files of their own', async () => {
  await put(
    'src/shared.ts',
    `import { add } from 'inlined';
export const shared: string = String(add(1, 2));
export const ranks = (): Promise<{ default: string }> => import('inlined/ranks');
`,
  );
  await put('src/deep/more.ts', `export { ranks, shared } from '../shared.ts';\n`);
  await put('node_modules/inlined/ranks.js', `export default '${'rank '.repeat(LARGE / 5)}';\n`);
  await put(
    'node_modules/inlined/package.json',
    JSON.stringify({
      name: 'inlined',
      license: 'ISC',
      version: '2.0.0',
      type: 'module',
      exports: { '.': './index.js', './ranks': './ranks.js', './add.wasm': './files/add.wasm' },
    }),
  );
  await bundlePackage({ directory, manifest: { ...manifest, nearfield: { inlines: ['inlined'] } } });
  await rm(join(directory, 'node_modules/inlined'), { recursive: true });
  const more = (await import(pathToFileURL(join(directory, 'dist/more.js')).href)) as {
    shared: string;
    ranks(): Promise<{ default: string }>;
  };
  expect(more.shared).toBe('3');
  expect((await more.ranks()).default).toContain('rank rank');
  expect(existsSync(join(directory, 'dist/lazy-inlined-ranks.js'))).toBe(true);
  expect(existsSync(join(directory, 'dist/lazy-inlined-ranks.js.map'))).toBe(false);
});

test('maps have the texts of sources that the package does not bring along, and of no others', async () => {
  await bundlePackage({ directory, manifest });
  const map = JSON.parse(await built('worker-adder.js.map')) as {
    sources: string[];
    sourcesContent: (string | null)[];
  };
  const texts = new Map(map.sources.map((source, index) => [source, map.sourcesContent[index]]));
  expect(texts.get('../src/worker/adder.ts')).toBeNull();
  expect(texts.get('../node_modules/inlined/index.js')).toBe('export const add = (a, b) => a + b;\n');
});

test('a file that applications would turn into a data: URL is refused', async () => {
  await put('src/rare/table.ts', `export const table: string = 'short';\n`);
  await expect(bundlePackage({ directory, manifest })).rejects.toThrow(
    /lazy-rare-table\.js has only \d+ bytes/,
  );
});

test("onnxruntime's script loses what only Node runs, and an unknown ending is an error", () => {
  const script = 'async function start(){}export default start;var isPthread=globalThis.self?.name;';
  const tail =
    'var isNode=globalThis.process?.versions?.node;if(isNode)isPthread=(await import("worker_threads")).workerData;';
  expect(withoutNodeTail('ort.mjs', `${script}${tail}isPthread&&start();`)).toBe(
    `${script}isPthread&&start();`,
  );
  expect(() => withoutNodeTail('ort.mjs', `${script}isPthread&&start();`)).toThrow(/^ort\.mjs does not end/);
  expect(() => withoutNodeTail('ort.mjs', `${script}${tail}await import("more");`)).toThrow(/does not end/);
});

test('an application leaves out what it does not use, tables that are computed among it', async () => {
  await put(
    'src/shared.ts',
    `const common = { size: 1 };
const make = (name: string): { name: string; size: number } => ({ name, ...common });
export const TABLE: { name: string; size: number }[] = ['unused words'].map(make);
export const shared: string = 'shared by both';
export const awaited: string = await Promise.resolve('kept as it is');
`,
  );
  await put('src/deep/more.ts', `export { awaited, shared, TABLE } from '../shared.ts';\n`);
  await bundlePackage({ directory, manifest });
  const more = (await import(pathToFileURL(join(directory, 'dist/more.js')).href)) as Record<string, unknown>;
  expect(more).toMatchObject({ TABLE: [{ name: 'unused words', size: 1 }], awaited: 'kept as it is' });
  await put('application.js', `import { shared } from './dist/more.js';\nconsole.log(shared);\n`);
  const bundle = await rolldown({ input: join(directory, 'application.js'), cwd: directory });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  expect(output[0].code).toContain('shared by both');
  expect(output[0].code).not.toContain('unused words');
});

test('a standalone entry has its dependencies inside', async () => {
  await put('src/standalone.ts', `export { add } from 'inlined';\nexport { start } from './index.ts';\n`);
  await put('node_modules/kept/greet.js', `export const greet = (name) => 'hello ' + name;\n`);
  await put(
    'node_modules/kept/package.json',
    JSON.stringify({
      name: 'kept',
      version: '1.0.0',
      license: 'ISC',
      type: 'module',
      exports: { './greet': './greet.js' },
    }),
  );
  await put('node_modules/kept/LICENSE', 'Copyright (c) Somebody else');
  const entry = {
    '@nearfield/source': './src/standalone.ts',
    types: './dist/standalone.d.ts',
    default: './dist/standalone.js',
  };
  await bundlePackage({
    directory,
    manifest: { ...manifest, exports: { ...manifest.exports, './standalone': entry } },
  });
  const code = await built('standalone.js');
  expect(code).not.toMatch(/\bimport\b(?!\.meta)|\bfrom\b/);
  expect(code).toContain('new URL("./worker-adder.js",import.meta.url)');
  expect(await built('index.js')).toMatch(/from ["']kept\/greet["']/);
  expect(await built('THIRD-PARTY-LICENSES.txt')).toContain('Somebody else');
});

test('an import that cannot be found is an error', async () => {
  await put('src/shared.ts', `export { shared } from 'nowhere';\n`);
  await expect(bundlePackage({ directory, manifest })).rejects.toThrow(/nowhere/);
});

test('files of an earlier build do not stay', async () => {
  await put('dist/old.js', '');
  await bundlePackage({ directory, manifest });
  expect(existsSync(join(directory, 'dist/old.js'))).toBe(false);
});

test('a dependency covers its subpaths, not packages whose names only start alike', () => {
  expect(isExternal('kept', ['kept'])).toBe(true);
  expect(isExternal('kept/greet', ['kept'])).toBe(true);
  expect(isExternal('kept-not', ['kept'])).toBe(false);
  expect(isExternal('node:fs', [])).toBe(true);
});
