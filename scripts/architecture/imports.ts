/** The imports of files of this repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { repository } from '../../tooling/process.mjs';

export interface Import {
  /** The importing file, relative to the repository, with forward slashes. */
  from: string;
  /** The imported file of the same package likewise, or the module's name as it stands. */
  to: string;
  /** Whether the import is gone at run time. */
  isType: boolean;
}

const SOURCE = /(?<!\.d)\.(ts|mjs)$/;
const TEST = /\.(test|test-d|spec)\.ts$/;
/** Folders that hold what was installed or built, or AssemblyScript, which only its own compiler reads. */
const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', '.cache', 'test-results', 'assembly']);

/** Every source below a folder, tests too: paths relative to the repository, with forward slashes. */
export function filesBelow(folder: string): string[] {
  const files = readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() && SOURCE.test(entry.name) ? [path] : [];
  });
  return files.sort();
}

/**
 * Every import of the sources below a folder such as `packages/core/src`.
 * @param options.tests whether tests are sources too. Default: false.
 */
export function importsBelow(folder: string, { tests = false } = {}): Import[] {
  const files = filesBelow(folder).filter((file) => tests || !TEST.test(file));
  return files.flatMap(importsOf);
}

/** The imports of one file, relative to the repository. */
export function importsOf(from: string): Import[] {
  const { program, errors } = parseSync(from, readFileSync(join(repository, from), 'utf8'), { lang: 'ts' });
  if (errors[0]) throw new Error(`${from}: ${errors[0].message}`);
  const imports: Import[] = [];
  const add = (specifier: string, isType: boolean): void => {
    const to = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
    imports.push({ from, to, isType });
  };
  const isTypeOnly = (kind: string | undefined, specifiers: readonly object[] = []): boolean =>
    kind === 'type' ||
    (specifiers.length > 0 &&
      specifiers.every((each) => {
        const { importKind, exportKind } = each as { importKind?: string; exportKind?: string };
        return (importKind ?? exportKind) === 'type';
      }));
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') {
      add(node.source.value, isTypeOnly(node.importKind, node.specifiers));
    } else if (node.type === 'ExportNamedDeclaration' && node.source) {
      add(node.source.value, isTypeOnly(node.exportKind, node.specifiers));
    } else if (node.type === 'ExportAllDeclaration') {
      add(node.source.value, node.exportKind === 'type');
    }
  }
  // Imports inside functions: the value is used at run time.
  const text = readFileSync(join(repository, from), 'utf8');
  for (const [, specifier] of text.matchAll(/\bimport\('([^']+)'\)(?!\.)/g)) add(specifier!, false);
  return imports;
}
