import type { ContractModels } from '../../models.ts';
import { ask, type BadInput, basesOf, INVALID, type Method, type Outcome } from './shared.ts';

/** Values of the wrong kind for a field that is text. JSON makes null of what only memory holds, which is wrong too. */
const NO_TEXT: [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 42],
  ['NaN', Number.NaN],
  ['true', true],
  ['a list', []],
  ['an object', {}],
  ['empty', ''],
];

/** Fields with values of the wrong kind. */
export function wrongFields(models: ContractModels): BadInput[] {
  const bases = basesOf(models);
  const cases: BadInput[] = [];
  const add = (
    method: Method,
    field: string,
    name: string,
    value: unknown,
    outcome: Outcome = INVALID,
  ): void => {
    cases.push({
      method,
      name: `${field}: ${name}`,
      outcome,
      memory:
        ['function', 'symbol', 'bigint'].includes(typeof value) ||
        (typeof value === 'number' && !Number.isFinite(value)),
      call: (foundation) => ask(foundation, method, { ...bases[method], [field]: value }),
    });
  };
  for (const method of ['embeddings', 'multiVector', 'rerank', 'classify', 'train'] as const) {
    for (const [name, value] of NO_TEXT) add(method, 'model', name, value);
    for (const id of [
      'no-such-model',
      ' ',
      '__proto__',
      'constructor',
      '../../etc/passwd',
      'm\0',
      '\ud800',
      'm'.repeat(100_000),
    ]) {
      add(method, 'model', JSON.stringify(id.slice(0, 20)), id, 'INPUT_MODEL_NOT_FOUND');
    }
  }
  for (const [name, value] of NO_TEXT) {
    if (name !== 'empty') {
      add('embeddings', 'input', name, value);
      add('classify', 'input', name, value);
      add('rerank', 'query', name, value);
      add('segment', 'content', name, value);
    }
    add('rerank', 'documents', name, value);
    add('classify', 'labels', name, value);
    add('train', 'input', name, value);
  }
  const elements: [string, unknown][] = [
    ['a list of null', [null]],
    ['a list of numbers', [1, 2]],
    ['a list of lists', [['a']]],
    ['a list of empty objects', [{}]],
    ['text that is a number', [{ text: 7 }]],
    ['text that is null', [{ text: null }]],
    ['image that is a number', [{ image: 7 }]],
    ['an empty image', [{ image: '' }]],
    ['a list with a hole', ['a', undefined, 'b']],
  ];
  for (const [name, value] of elements) {
    add('embeddings', 'input', name, value);
    add('classify', 'input', name, value);
    add('train', 'input', name, value);
    add('rerank', 'documents', name, value);
  }
  for (const value of ['int8', 7, {}, [], ['float', 'x'], true]) {
    add('embeddings', 'embedding_type', JSON.stringify(value), value);
  }
  for (const value of ['yes', 1, 0, {}, []]) {
    for (const field of ['normalized', 'truncate', 'late_chunking', 'return_multivector']) {
      add('embeddings', field, JSON.stringify(value), value);
    }
  }
  for (const value of [0, -1, 0.5, 1e9, Number.NaN, Number.POSITIVE_INFINITY, '8', {}, [8]]) {
    add('embeddings', 'dimensions', String(value), value);
  }
  for (const value of [7, {}, [], 'retrieval', '__proto__', '']) {
    add('embeddings', 'task', JSON.stringify(value), value);
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0, '1', 1.5]) {
    add('rerank', 'top_n', String(value), value);
    add('train', 'num_iters', String(value), value);
    add('segment', 'max_chunk_length', String(value), value);
  }
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, '1']) {
    add('classify', 'temperature', String(value), value);
  }
  for (const value of [() => 'a', Symbol('a'), 10n]) {
    add('embeddings', 'input', typeof value, value);
    add('embeddings', 'model', typeof value, value);
  }
  return cases;
}
