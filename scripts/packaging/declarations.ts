/** Writes the packages' type declarations: those that a consumer can reach, complete, and nothing else. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { repository, runTool } from '../../tooling/process.mjs';
import { declaredDependencies, type Package, packageEntries } from './packages.ts';

/**
 * Writes the `.d.ts` files of all packages, in the places that their `exports` name.
 *
 * @throws {Error} on type errors, and when a declaration needs a package that consumers do not have.
 */
export async function writeDeclarations(packages: readonly Package[]): Promise<void> {
  const cache = join(repository, 'node_modules/.cache/nearfield');
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'declarations-'));
  try {
    // One program a package: a file that one package imports from another by name may count as foreign there,
    // and the compiler then leaves out its declarations, or not, as the order of its threads has it.
    for (const pack of packages) {
      const { directory, manifest } = pack;
      const output = join(work, manifest.name);
      const config = {
        extends: join(repository, 'tsconfig.base.json'),
        compilerOptions: {
          declaration: true,
          declarationMap: true,
          emitDeclarationOnly: true,
          rootDir: repository,
          outDir: output,
          types: ['node', 'vite/client', '@webgpu/types'],
        },
        files: packageEntries(manifest).flatMap(({ source, types }) =>
          types ? [join(directory, source)] : [],
        ),
      };
      const file = join(work, 'tsconfig.json');
      await writeFile(file, JSON.stringify(config));
      if ((await runTool('typescript', 'tsc', ['--project', file])) !== 0) {
        throw new Error('The type declarations could not be made because of the errors above.');
      }
      await collect(pack, join(output, relative(repository, directory)));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Copies the declarations that the entries reach from `emitted`, the package's folder in the compiler's output. */
async function collect({ directory, manifest }: Package, emitted: string): Promise<void> {
  const allowed = [manifest.name, ...declaredDependencies(manifest)];
  const queue: string[] = [];
  for (const { source, types } of packageEntries(manifest)) {
    if (!types) continue;
    const mirrored = source.replace(/^src\//, 'dist/').replace(/\.ts$/, '.d.ts');
    if (mirrored !== types) throw new Error(`${manifest.name}: the types of ${source} must be ${mirrored}`);
    queue.push(join(emitted, source.replace(/\.ts$/, '.d.ts')));
  }
  const seen = new Set(queue);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const text = await readFile(file, 'utf8');
    const inside = relative(join(emitted, 'src'), file);
    const { code, specifiers } = rewriteDeclaration(text, inside);
    for (const specifier of specifiers) {
      if (specifier.startsWith('.')) {
        const next = resolve(dirname(file), specifier.replace(/\.js$/, '.d.ts'));
        const outside = relative(join(emitted, 'src'), next).startsWith('..');
        if (outside || !existsSync(next)) {
          throw new Error(
            `${manifest.name}: the types of ${inside} refer to ${specifier}, which is not published`,
          );
        }
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      } else if (!isBuiltin(specifier) && !allowed.some((name) => belongsTo(specifier, name))) {
        throw new Error(
          `${manifest.name}: the public types of ${inside} need ${specifier}, which consumers do not have: ` +
            'declare the types here, or make it a dependency',
        );
      }
    }
    const target = join(directory, 'dist', inside);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, withoutGenericArrays(code));
    await writeFile(`${target}.map`, await movedMap(`${file}.map`, directory, target));
  }
}

const belongsTo = (specifier: string, name: string): boolean =>
  specifier === name || specifier.startsWith(`${name}/`);

/**
 * Gives a declaration file's imports the extension of the built files, as the compiler leaves those of the
 * sources, and lists them. Extensions have one length, so source maps stay true.
 */
export function rewriteDeclaration(
  text: string,
  name = 'declaration.d.ts',
): { code: string; specifiers: string[] } {
  const { program, errors } = parseSync(name, text, { lang: 'dts' });
  if (errors[0]) throw new Error(`${name}: ${errors[0].message}`);
  const literals: { value: string; start: number; end: number }[] = [];
  const add = (node: { source: unknown }): void => {
    const source = node.source as { value: string; start: number; end: number } | null;
    if (source) literals.push(source);
  };
  new Visitor({
    ImportDeclaration: add,
    ExportNamedDeclaration: add,
    ExportAllDeclaration: add,
    TSImportType: add,
  }).visit(program);

  let code = text;
  const specifiers = new Set<string>();
  for (const { value, start, end } of literals) {
    const specifier = value.startsWith('.') ? value.replace(/(?<!\.d)\.ts$/, '.js') : value;
    specifiers.add(specifier);
    const quote = text.charAt(start);
    if (specifier !== value) code = code.slice(0, start) + quote + specifier + quote + code.slice(end);
  }
  return { code, specifiers: [...specifiers] };
}

const GENERIC_ARRAY = /\b((?:Big)?(?:Ui|I)nt\d+(?:Clamped)?Array|Float\d+Array)<(ArrayBuffer(?:Like)?)>/g;

/**
 * Typed arrays are generic from TypeScript 5.7 on. Older compilers get the same types by a detour: what `from()`
 * returns is an array of its own `ArrayBuffer` in new compilers, and the plain type in old ones.
 */
export const withoutGenericArrays = (code: string): string =>
  code.replace(GENERIC_ARRAY, (_, name: string, buffer: string) =>
    buffer === 'ArrayBuffer' ? `ReturnType<${name}Constructor['from']>` : name,
  );

/** The declaration map with its source named relative to where the declaration now lies. */
async function movedMap(path: string, directory: string, target: string): Promise<string> {
  const map = JSON.parse(await readFile(path, 'utf8')) as { sources: string[] };
  const source = join(directory, 'src', relative(join(directory, 'dist'), target).replace(/\.d\.ts$/, '.ts'));
  map.sources = [relative(dirname(target), source).split(sep).join('/')];
  return JSON.stringify(map);
}
