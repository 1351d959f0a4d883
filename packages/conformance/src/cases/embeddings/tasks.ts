import type { EmbeddingsRequest } from '@nearfield/spec';
import { expect } from 'vitest';
import { expectInvalid, type Subject, unchecked } from '../../subject.ts';
import { cosine, expectNear } from '../../vectors.ts';
import { caseOf, TEXTS, vectors } from './shared.ts';

/** `task` and its prompts. */
export function tasks(subject: Subject): void {
  const { minilm, v3, v5, clip } = subject.models;
  const test = caseOf(subject);

  for (const task of [
    'retrieval.query',
    'retrieval.passage',
    'separation',
    'classification',
    'text-matching',
  ] as const) {
    test(`${task} has its own prompt and adapter`, async (foundation) => {
      const answers = await vectors(foundation, { model: v3.id, input: TEXTS, task });
      answers.forEach((vector, index) => {
        expectNear(vector, v3.embed(TEXTS[index]!, { task }));
      });
    });
  }

  test('tasks differ', async (foundation) => {
    const [query] = await vectors(foundation, { model: v3.id, input: 'a', task: 'retrieval.query' });
    const [passage] = await vectors(foundation, { model: v3.id, input: 'a', task: 'retrieval.passage' });
    expect(cosine(query!, passage!)).toBeLessThan(0.999);
  });

  test('a model with a default task needs none', async (foundation) => {
    expect(await vectors(foundation, { model: v5.id, input: 'a' })).toEqual(
      await vectors(foundation, { model: v5.id, input: 'a', task: 'text-matching' }),
    );
  });

  const completed: [string, Partial<EmbeddingsRequest>, 'retrieval.query' | 'retrieval.passage'][] = [
    ['task and prompt_name', { task: 'retrieval', prompt_name: 'query' }, 'retrieval.query'],
    ['task and prompt_name passage', { task: 'retrieval', prompt_name: 'passage' }, 'retrieval.passage'],
    ['prompt_name alone', { prompt_name: 'query' }, 'retrieval.query'],
    ['input_type query', { input_type: 'query' }, 'retrieval.query'],
    ['input_type document', { input_type: 'document' }, 'retrieval.passage'],
    [
      'a whole task and its own prompt_name',
      { task: 'retrieval.query', prompt_name: 'query' },
      'retrieval.query',
    ],
  ];
  for (const [name, asked, task] of completed) {
    test(`${name} is ${task}`, async (foundation) => {
      const [vector] = await vectors(foundation, { model: v3.id, input: 'a house', ...asked });
      expectNear(vector!, v3.embed('a house', { task }));
    });
  }

  const refused: [string, Partial<EmbeddingsRequest> & { model: string }, string][] = [
    ['a task of another model', { model: v3.id, task: 'clustering' }, 'task'],
    ['a task that is nowhere', unchecked({ model: v3.id, task: 'frobnicate' }), 'task'],
    ['a task of a model without tasks', { model: minilm, task: 'text-matching' }, 'task'],
    ['a task of a model without tasks, again', { model: clip.id, task: 'retrieval.query' }, 'task'],
    ['half a task', { model: v3.id, task: 'retrieval' }, 'task'],
    [
      'a prompt_name that contradicts its task',
      { model: v3.id, task: 'retrieval.query', prompt_name: 'passage' },
      'prompt_name',
    ],
    [
      'an input_type that contradicts its task',
      { model: v3.id, task: 'retrieval.passage', input_type: 'query' },
      'input_type',
    ],
    [
      'a prompt_name of a task without',
      { model: v3.id, task: 'separation', prompt_name: 'query' },
      'prompt_name',
    ],
    ['a prompt_name of a model without prompts', { model: minilm, prompt_name: 'query' }, 'prompt_name'],
    ['an unknown prompt_name', unchecked({ model: v3.id, prompt_name: 'document' }), 'prompt_name'],
    ['an unknown input_type', unchecked({ model: v3.id, input_type: 'passage' }), 'input_type'],
  ];
  for (const [name, request, param] of refused) {
    test(`${name} is refused`, (foundation) =>
      expectInvalid(foundation.embeddings({ input: 'a', ...request }), param));
  }
}
