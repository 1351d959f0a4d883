/** Holds the names of constants to CONTRIBUTING: settings, limits and tables of a module are UPPER_CASE. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { expect, it } from 'vitest';
import { repository } from '../../tooling/process.mjs';
import { filesBelow } from './imports.ts';

interface Node {
  type: string;
  [field: string]: unknown;
}

const SOURCE = /^(?!.*\.(test|test-d|spec)\.ts$|.*\/(training|fixtures|model)\/)/;
const UPPER_CASE = /^[A-Z][A-Z0-9_]*$/;

/** Whether an expression is a value written down: a number, a text, a pattern, or a list of such. */
function isWritten(node: Node | null): boolean {
  switch (node?.type) {
    case 'Literal':
      return true;
    case 'TemplateLiteral':
      return (node.expressions as Node[]).length === 0;
    case 'UnaryExpression':
      return isWritten(node.argument as Node);
    case 'BinaryExpression':
      return isWritten(node.left as Node) && isWritten(node.right as Node);
    case 'ArrayExpression':
      return (node.elements as Node[]).length > 0 && (node.elements as Node[]).every(isWritten);
    case 'NewExpression':
      return (
        ['Set', 'Map'].includes(String((node.callee as Node).name)) &&
        (node.arguments as Node[]).length > 0 &&
        (node.arguments as Node[]).every(isWritten)
      );
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isWritten(node.expression as Node);
    default:
      return false;
  }
}

/** Names of the constants of a module that hold written values and are not UPPER_CASE. */
function misnamed(source: string, file = 'module.ts'): string[] {
  const { program } = parseSync(file, source, { sourceType: 'module' });
  return (program.body as unknown as Node[])
    .map(
      (statement) =>
        (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement) as Node,
    )
    .filter((statement) => statement?.type === 'VariableDeclaration' && statement.kind === 'const')
    .flatMap((statement) => statement.declarations as { id: Node; init: Node | null }[])
    .filter(
      ({ id, init }) => id.type === 'Identifier' && isWritten(init) && !UPPER_CASE.test(String(id.name)),
    )
    .map(({ id }) => String(id.name));
}

it('finds written values under other names', () => {
  expect(misnamed("const limit = 5; export const names: string[] = ['a', 'b'] as const;")).toEqual([
    'limit',
    'names',
  ]);
  expect(misnamed('const LIMIT = 2 ** 32; const words = new Set(["a"]); const text = /a/u;')).toEqual([
    'words',
    'text',
  ]);
  expect(misnamed('const cache = new Map(); const double = (n: number) => 2 * n; let turn = 0;')).toEqual([]);
});

it.each(['packages', 'demo', 'scripts', 'tooling', 'e2e'])('constants of %s are UPPER_CASE', (folder) => {
  const found = filesBelow(folder)
    .filter((file) => SOURCE.test(file))
    .flatMap((file) =>
      misnamed(readFileSync(join(repository, file), 'utf8'), file).map((name) => `${file}: ${name}`),
    );
  expect(found).toEqual([]);
});
