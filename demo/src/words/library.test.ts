/** Every sentence of the library that a page shows has words in each other language. */
import { readFileSync } from 'node:fs';
import { CATALOGUE, FoundationError, modelFacts } from '@nearfield/spec';
import { parseSync, Visitor } from 'rolldown/utils';
import { afterEach, describe, expect, test } from 'vitest';
import help from '../playground/field-help.json' with { type: 'json' };
import { describeProblem, type Place } from '../shell/problems.ts';
import { LANGUAGES, libraryWords, useLanguage } from './language.ts';
import { translated } from './library.ts';

const OTHERS = LANGUAGES.filter((code) => code !== 'en');
afterEach(() => useLanguage('en'));

const sourceOf = (path: string): string =>
  readFileSync(new URL(`../../../packages/${path}`, import.meta.url), 'utf8');

/** Modules of the library that say why: each reason that `capabilities()` and answers report comes from one of them. */
const REASONS = [
  'core/src/host/calibrations.ts',
  'core/src/host/device-choice.ts',
  'core/src/host/device-tuning.ts',
  'core/src/worker/threads.ts',
  'core/src/worker/workers.ts',
  'core/src/engine/runtime/encoder/encoder-crew.ts',
  'core/src/engine/runtime/encoder/encoder-runtime.ts',
  'core/src/engine/loading/assemble.ts',
  'core/src/engine/loading/graph.ts',
  'core/src/engine/loading/graph-changes.ts',
  'core/src/engine/loading/loader.ts',
  'core/src/engine/loading/model-files.ts',
  'core/src/engine/loading/self-check.ts',
  'core/src/persistence/records.ts',
  'core/src/store/default-cache.ts',
  'router/src/policy.ts',
  'router/src/routing.ts',
];

/** The part of a syntax tree that matters here. */
interface Node {
  type: string;
  name?: string;
  value?: unknown;
  quasis?: { value: { cooked: string } }[];
  expressions?: Node[];
  consequent?: Node;
  alternate?: Node;
  left?: Node;
  right?: Node;
}

/** What stands where it is not known: a figure, as most are. */
const HOLE = '7';

/** Texts that an expression can have, with {@link HOLE} in each part that is computed. */
function textsOf(node: Node, constants: ReadonlyMap<string, readonly Node[]>): string[] {
  const of = (each: Node): string[] => textsOf(each, constants);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : [];
    case 'TemplateLiteral':
      return node.quasis!.reduce<string[]>(
        (texts, { value }, index) => {
          const hole = node.expressions![index];
          const fillings = hole === undefined ? [''] : of(hole);
          const ends = fillings.length === 0 ? [HOLE] : fillings;
          return texts.flatMap((text) => ends.map((end) => text + value.cooked + end));
        },
        [''],
      );
    case 'ConditionalExpression':
      return [...of(node.consequent!), ...of(node.alternate!)];
    case 'LogicalExpression':
      return [...of(node.left!), ...of(node.right!)];
    case 'Identifier':
      return (constants.get(node.name!) ?? []).flatMap(of);
    default:
      return [];
  }
}

const isReason = (name: unknown): boolean =>
  typeof name === 'string' && /^(?:threadsR|r)eason$|^refused$/u.test(name);

/** The reasons in a module: values of what is named so, of a choice, and what a function says by a condition. */
function reasonsIn(path: string): string[] {
  const found: Node[] = [];
  const constants = new Map<string, Node[]>();
  const set = (name: string, node: unknown): void =>
    void constants.set(name, [...(constants.get(name) ?? []), node as Node]);
  const add = (node: unknown): void => void found.push(node as Node);
  const visitor = new Visitor({
    Property({ key, value }) {
      if (key.type === 'Identifier' && isReason(key.name)) add(value);
    },
    AssignmentPattern({ left, right }) {
      if (left.type === 'Identifier' && isReason(left.name)) add(right);
    },
    AssignmentExpression({ left, right }) {
      if (left.type === 'Identifier') set(left.name, right);
      if (left.type === 'MemberExpression' && 'name' in left.property && isReason(left.property.name))
        add(right);
    },
    NewExpression({ callee, arguments: given }) {
      if (callee.type === 'Identifier' && callee.name === 'MemoryCache' && given[0]) add(given[0]);
    },
    CallExpression({ callee, arguments: given }) {
      if (callee.type === 'Identifier' && callee.name === 'choice' && given[1]) add(given[1]);
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== 'Identifier' || !init) return;
      set(id.name, init);
      if (isReason(id.name)) add(init);
    },
    ReturnStatement({ argument }) {
      if (argument?.type === 'ConditionalExpression' || argument?.type === 'Literal') add(argument);
    },
  });
  visitor.visit(parseSync(path, sourceOf(path)).program);
  // A single word is a kind or a name.
  return found.flatMap((node) => textsOf(node, constants)).filter((text) => / /u.test(text));
}

const missing = (sentences: readonly string[]): string[] =>
  [...new Set(sentences)].filter((sentence) => libraryWords(sentence) === undefined);

describe.each(OTHERS)('in %s', (language) => {
  test.each(REASONS)('reasons of %s', async (path) => {
    await useLanguage(language);
    const reasons = reasonsIn(path).filter((reason) => reason !== 'to compare');
    expect(reasons).not.toEqual([]);
    expect(missing(reasons)).toEqual([]);
  });

  test('what was measured, with figures as the language writes them', async () => {
    await useLanguage(language);
    const { format } = new Intl.NumberFormat(language);
    const measured = libraryWords(
      'Measured on this device: WebGPU 12,500 tokens/s, wasm 900 (int8 models run about 1.8× faster than that).',
    );
    for (const figure of [12_500, 900, 1.8]) expect(measured).toContain(format(figure));
    const checked = libraryWords('cosine 0.9987 with published values; q8 needs 0.9');
    expect(checked).toContain(new Intl.NumberFormat(language, { minimumFractionDigits: 4 }).format(0.9987));
  });

  test('the catalogue: descriptions, cautions, licences, and why a model does not run', async () => {
    await useLanguage(language);
    const sentences = CATALOGUE.flatMap((entry) => {
      const { commercialUse, local } = modelFacts(entry);
      return [entry.description, commercialUse.why, local.runs ? (local.caution ?? []) : local.reason].flat();
    });
    expect(sentences.length).toBeGreaterThan(60);
    expect(missing(sentences)).toEqual([]);
  });

  test('the help of every field and method', async () => {
    await useLanguage(language);
    expect(missing(Object.values(help).flatMap((each) => Object.values(each)))).toEqual([]);
  });

  test('no sentence without use: each is one that the library has', async () => {
    await useLanguage(language);
    const { words } = await import('./language.ts');
    const known = [
      ...REASONS.flatMap(reasonsIn),
      ...['local-only', 'local-first', 'remote-first'].map((policy) => `The policy is ${policy}.`),
      ...CATALOGUE.flatMap((entry) => {
        const { commercialUse, local } = modelFacts(entry);
        return [entry.description, commercialUse.why, local.runs ? (local.caution ?? '') : local.reason];
      }),
      ...CATALOGUE.flatMap(({ local }) =>
        local.runs
          ? local.files.flatMap(({ graphs }) => graphs.map(({ broken }) => broken?.reason ?? ''))
          : [],
      ),
      ...Object.values(help).flatMap((each) => Object.values(each)),
    ];
    const used = (pair: readonly [string, string]): boolean =>
      known.some((sentence) => {
        const [alone] = [[pair] as const];
        return (
          translated(sentence, alone, language) !== undefined ||
          sentence.split(/(?<=[.!?])\s+/u).some((part) => translated(part, alone, language) !== undefined)
        );
      });
    expect(
      words()
        .library.filter((pair) => !used(pair))
        .map(([english]) => english),
    ).toEqual([]);
  });
});

describe('errors', () => {
  const source = sourceOf('spec/src/errors.ts');
  const from = (name: string): number => source.indexOf(`export type ${name} =`);
  const codesBetween = (start: string, end: string): string[] =>
    [...source.slice(from(start), from(end)).matchAll(/^ {2}\| '([A-Z_]+)'/gmu)].map(([, code]) => code!);
  const api = codesBetween('ApiErrorCode', 'LocalErrorCode');
  const local = codesBetween('LocalErrorCode', 'ErrorCode');
  const server: Place = { where: 'server', host: 'localhost:8080' };

  test.each(LANGUAGES)('every code has a title and a next step of its own in %s', async (language) => {
    await useLanguage(language);
    expect(api.length).toBeGreaterThan(15);
    expect(local.length).toBeGreaterThan(20);
    const said = (code: string, place: Place) =>
      describeProblem(new FoundationError({ code: code as 'CLOSED', message: 'No.' }), 'page', { place });
    const any = said('NO_SUCH_CODE', server).title;
    const general = (codes: readonly string[], place: Place): string[] =>
      codes.filter((code) => said(code, place).title === any);
    expect(general([...api, ...local], server)).toEqual([]);
    expect(
      general(
        local.filter((code) => !/^AUTHZ|^RESPONSE/u.test(code)),
        { where: 'here' },
      ),
    ).toEqual([]);
  });
});

describe('a sentence', () => {
  const pairs = [
    ['It is {size} MB.', 'Es sind {size} MB.'],
    ['Done.', 'Fertig.'],
  ] as const;

  test('is found as a whole or in parts, with its own figures', () => {
    expect(translated('Done.', pairs, 'de')).toBe('Fertig.');
    expect(translated('It is 1.5 MB. Done.', pairs, 'de')).toBe('Es sind 1,5 MB. Fertig.');
    expect(translated('Done. And more.', pairs, 'de')).toBeUndefined();
  });

  test('is no part of the sentence behind it', () => {
    const sizes = [...pairs, ['{width} by {height} pixels.', '{width} mal {height} Pixel.']] as const;
    expect(translated('Done. 640 by 480 pixels.', sizes, 'de')).toBe('Fertig. 640 mal 480 Pixel.');
  });

  test('keeps names as they are', () => {
    expect(translated('It is jina-reranker-v3.5 MB.', pairs, 'de')).toBe('Es sind jina-reranker-v3.5 MB.');
  });

  test('is the library’s own in English', () => {
    expect(libraryWords('The browser is offline.')).toBeUndefined();
  });
});
