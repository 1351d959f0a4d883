/** The imports of the packages' sources, tests left out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { repository } from '../process.mjs';

export interface Import {
  /** The importing file, relative to the repository, with forward slashes. */
  from: string;
  /** The imported file of the same package likewise, or the module's name as it stands. */
  to: string;
  /** Whether the import is gone at run time. */
  isType: boolean;
}

const sourcesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.test-d|\.d)\.ts$/.test(entry.name))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();

/** Every import of the sources below a folder such as `packages/core/src`. */
export function importsBelow(folder: string): Import[] {
  return sourcesBelow(join(repository, folder)).flatMap((from) => {
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
  });
}
