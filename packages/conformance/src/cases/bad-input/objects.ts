import type { ContractModels } from '../../models.ts';
import { collect } from '../../subject.ts';
import { type BadInput, INVALID } from './shared.ts';

function cyclic(): Record<string, unknown> {
  const value: Record<string, unknown> = { text: 'a' };
  value.self = value;
  return value;
}

/** Keys that would change every object if they were written carelessly. */
const polluted = (fields: string): object =>
  JSON.parse(
    `{${fields},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
  ) as object;

const throwing = (fields: object): object =>
  Object.defineProperty({ ...fields }, 'task', {
    enumerable: true,
    get() {
      throw new RangeError('a getter of the caller’s');
    },
  });

/** Objects that are more than they seem. */
export function objects({ minilm, v5, crossEncoder }: ContractModels): BadInput[] {
  const examples = '[{"text":"a","label":"x"},{"text":"b","label":"y"}]';
  return [
    {
      method: 'embeddings',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.embeddings(polluted(`"model":"${v5.id}","input":"a"`) as never),
    },
    {
      method: 'embeddings',
      name: 'an input with such keys',
      outcome: 'either',
      call: (f) => f.embeddings({ model: v5.id, input: [polluted('"text":"a"') as never] }),
    },
    {
      method: 'embeddings',
      name: 'a request whose fields are its prototype’s',
      outcome: INVALID,
      call: (f) => f.embeddings(JSON.parse(`{"__proto__":{"model":"${v5.id}","input":"a"}}`) as never),
    },
    {
      method: 'rerank',
      name: 'a document with such keys',
      outcome: 'either',
      call: (f) =>
        f.rerank({ model: crossEncoder.id, query: 'a', documents: [polluted('"text":"a"') as never] }),
    },
    {
      method: 'classify',
      name: 'a group of labels named __proto__ alone',
      outcome: INVALID,
      call: (f) =>
        f.classify({ model: v5.id, input: 'a', labels: JSON.parse('{"__proto__":["a","b"]}') as never }),
    },
    {
      method: 'classify',
      name: 'a group of labels named __proto__ beside another',
      outcome: INVALID,
      call: (f) =>
        f.classify({
          model: v5.id,
          input: 'a',
          labels: JSON.parse('{"__proto__":["a"],"x":["a"]}') as never,
        }),
    },
    {
      method: 'train',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.train(polluted(`"model":"${v5.id}","input":${examples}`) as never),
    },
    {
      method: 'segment',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.segment(polluted('"content":"a"') as never),
    },
    {
      method: 'embeddings',
      name: 'a field that leads back to the request',
      outcome: INVALID,
      memory: true,
      call: (f) => f.embeddings({ ...cyclic(), model: v5.id, input: 'a' } as never),
    },
    {
      method: 'embeddings',
      name: 'an input that leads back to itself',
      outcome: 'either',
      memory: true,
      call: (f) => f.embeddings({ model: v5.id, input: [cyclic() as never] }),
    },
    {
      method: 'rerank',
      name: 'a document that leads back to itself',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [cyclic() as never] }),
    },
    {
      method: 'embeddings',
      name: 'an input with a function',
      outcome: 'either',
      memory: true,
      call: (f) => f.embeddings({ model: v5.id, input: [{ text: 'a', act: () => 1 } as never] }),
    },
    {
      method: 'classify',
      name: 'an input with a symbol',
      outcome: 'either',
      memory: true,
      call: (f) =>
        f.classify({ model: v5.id, input: [{ text: 'a', sign: Symbol('a') } as never], labels: ['x', 'y'] }),
    },
    {
      method: 'train',
      name: 'an example with a function',
      outcome: 'either',
      memory: true,
      call: async (f) => {
        const input = [
          { text: 'a', label: 'x', act: () => 1 },
          { text: 'b', label: 'y' },
        ];
        const { classifier_id } = await f.train({ model: v5.id, input });
        await f.classifiers.delete(classifier_id);
      },
    },
    {
      method: 'rerank',
      name: 'a document with a function',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [{ text: 'a', act: () => 1 }] }),
    },
    {
      method: 'rerank',
      name: 'a document with a big integer',
      outcome: 'either',
      memory: true,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: [{ text: 'a', big: 10n }] }),
    },
    {
      method: 'embeddings',
      name: 'lists nested 5,000 deep',
      outcome: INVALID,
      memory: true,
      call: (f) =>
        f.embeddings({ model: v5.id, input: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as never }),
    },
    {
      method: 'batches',
      name: 'keys that would pollute prototypes',
      outcome: INVALID,
      call: (f) => f.batches.create(polluted(`"model":"${v5.id}","input":[{"body":{"input":"a"}}]`) as never),
    },
    {
      method: 'batches',
      name: 'a line that leads back to itself',
      outcome: INVALID,
      memory: true,
      call: (f) => f.batches.create({ model: v5.id, input: [{ body: cyclic() as never }] }),
    },
    ...[undefined, null, 7, {}, '', 'a/../../b', 'a\0b', 'x'.repeat(100_000)].flatMap((id): BadInput[] => [
      {
        method: 'batches',
        name: `a batch_id that is ${String(id).slice(0, 12) || 'empty'}`,
        outcome: 'either',
        memory: typeof id !== 'string' || id === '',
        call: async (f) => {
          await f.batches.get(id as string);
          throw new Error('There is no such batch.');
        },
      },
      {
        method: 'classifiers',
        name: `a classifier_id that is ${String(id).slice(0, 12) || 'empty'}`,
        outcome: 'either',
        memory: typeof id !== 'string' || id === '',
        call: async (f) => {
          await f.classifiers.delete(id as string);
          throw new Error('There is no such classifier.');
        },
      },
    ]),
    {
      method: 'batches',
      name: 'results of nothing',
      outcome: 'RESOURCE_NOT_FOUND',
      call: (f) => collect(f.batches.output('x'.repeat(1000))),
    },
    {
      method: 'models',
      name: 'an id of 100,000 characters',
      outcome: 'either',
      call: async (f) => {
        await f.models.get('m'.repeat(100_000));
        throw new Error('There is no such model.');
      },
    },
    {
      method: 'embeddings',
      name: 'a field whose getter throws',
      outcome: 'either',
      memory: true,
      call: (f) =>
        f.embeddings(throwing({ model: minilm, input: 'a' }) as never).catch((error: unknown) => {
          // The caller's own error, thrown by the caller's own code, is the caller's.
          if (error instanceof RangeError) return undefined;
          throw error;
        }),
    },
  ];
}
