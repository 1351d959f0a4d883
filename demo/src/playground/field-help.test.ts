/** Writes what the docstrings of the contract say of each field into a file that the page shows: `vitest -u` renews it. */
import { readdirSync, readFileSync } from 'node:fs';
import { FOUNDATION_METHODS } from '@nearfield/spec/implement';
import { expect, test } from 'vitest';
import help from './field-help.json' with { type: 'json' };
import { fieldsOf } from './fields.ts';
import { OPERATIONS } from './operations.ts';

const FOLDER = new URL('../../../packages/spec/src/endpoints/', import.meta.url);
const SOURCES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts') && !name.includes('.test'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
  .join('\n');

/** The sentences of a docstring, without its tags. */
const sentences = (docstring: string): string =>
  docstring
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/u, '').trim())
    .join(' ')
    .split(/ ?@(?:default|throws|param|example|deprecated)/u)[0]!
    .replace(/\{@link ([^}]+)\}/gu, '`$1`')
    .replace(/\s+/gu, ' ')
    .trim();

/** Fields of an interface with their docstrings, those that it inherits among them. */
function documented(name: string): Record<string, string> {
  const pattern = new RegExp(
    `export interface ${name}(?:<[^{]*>)?(?: extends (\\w+))? \\{\\n([\\s\\S]*?)\\n\\}`,
    'u',
  );
  const [, parent, body = ''] = pattern.exec(SOURCES) ?? [];
  const own = [...body.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+)\??:/gmu)].map(
    ([, docstring, field]) => [field!, sentences(docstring!)] as const,
  );
  return {
    ...(parent && documented(parent)),
    ...Object.fromEntries(own.filter(([, text]) => text !== '')),
  };
}

/** The sentences of each method of the contract. */
function methods(): Record<string, string> {
  const source = readFileSync(new URL('../foundation.ts', FOLDER), 'utf8');
  const matches = source.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(?:readonly )?(\w+)[<(:]/gmu);
  const all = Object.fromEntries([...matches].map(([, docstring, name]) => [name!, sentences(docstring!)]));
  return Object.fromEntries(FOUNDATION_METHODS.map((name) => [name, all[name]!]));
}

const INTERFACES = [...new Set(OPERATIONS.flatMap(({ describedBy }) => describedBy ?? []))].sort();

test('the help of each field is what its docstring says', async () => {
  const expected: Record<string, Record<string, string>> = {
    ...Object.fromEntries(INTERFACES.map((name) => [name, documented(name)])),
    SearchFoundation: methods(),
  };
  expect(Object.values(expected.SearchFoundation!).filter((text) => !text)).toEqual([]);
  expect(Object.keys(expected.RerankRequest!).length).toBeGreaterThan(5);
  await expect(`${JSON.stringify(expected, undefined, 2)}\n`).toMatchFileSnapshot('./field-help.json');
});

test('only fields of requests are described', () => {
  for (const { describedBy, name, schema } of OPERATIONS) {
    if (!describedBy) continue;
    const fields = new Set(fieldsOf(schema, {}).map((field) => field.name));
    const described = Object.keys((help as Record<string, Record<string, string>>)[describedBy]!);
    expect(
      described.some((field) => fields.has(field)),
      name,
    ).toBe(true);
  }
});
