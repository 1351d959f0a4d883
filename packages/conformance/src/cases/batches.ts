import type { BatchRequest, BatchStatus, SearchFoundation } from '@nearfield/spec';
import { vectorToBase64 } from '@nearfield/spec/implement';
import { describe, expect } from 'vitest';
import { expectShape } from '../openapi.ts';
import { collect, expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';
import { expectNear } from '../vectors.ts';

async function ended({ batches }: SearchFoundation, id: string): Promise<BatchStatus> {
  for (;;) {
    const status = await batches.get(id);
    if (status.status !== 'pending' && status.status !== 'processing') return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const lines = (length: number, text = (index: number): string => `line ${index}`) =>
  Array.from({ length }, (_, index) => ({ custom_id: `id-${index}`, body: { input: text(index) } }));

/** `/v1/batch…`. */
export function batchCases(subject: Subject): void {
  const { minilm, v3, v5, crossEncoder } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('batches', name, run);
  const model = v5.id;

  describe('batches', () => {
    test('create, follow, read: every line once, in order, as embeddings answers it', async (foundation) => {
      const created = await foundation.batches.create({ model, input: lines(20) });
      expectShape('BatchStatus', created);
      expect(created.model).toBe(model);
      expect(['pending', 'processing', 'completed']).toContain(created.status);
      const status = await ended(foundation, created.batch_id);
      expectShape('BatchStatus', status);
      expect(status).toMatchObject({ status: 'completed', stats: { total: 20, completed: 20, failed: 0 } });
      expect(Date.parse(status.completed_at!)).toBeGreaterThanOrEqual(Date.parse(status.created_at));
      expect(Date.parse(status.expires_at!)).toBeGreaterThan(Date.parse(status.created_at));
      const output = await collect(foundation.batches.output(created.batch_id));
      expect(output.map(({ custom_id }) => custom_id)).toEqual(lines(20).map(({ custom_id }) => custom_id));
      for (const [index, line] of output.entries()) {
        expect(line.response?.status_code).toBe(200);
        expectShape('EmbeddingResponse', line.response!.body);
        if (index % 7 === 0) {
          const direct = await foundation.embeddings({ model, input: `line ${index}` });
          expect(vectorToBase64(line.response!.body.data[0]!.embedding as Float32Array)).toBe(
            vectorToBase64(direct.data[0]!.embedding),
          );
        }
      }
      const tokens = output.reduce((sum, { response }) => sum + response!.body.usage.total_tokens, 0);
      expect(status.stats!.total_tokens).toBe(tokens);
      expect(await collect(foundation.batches.errors(created.batch_id))).toEqual([]);
    });

    test('lines that fail are reported by line, the others are answered', async (foundation) => {
      const input = [
        ...lines(2),
        { custom_id: 'empty', body: { input: [] } },
        { body: { input: 'no name of its own' } },
        { custom_id: 'task', body: { input: 'a', task: 'frobnicate' as never } },
        { custom_id: 'other model', body: { model: minilm, input: 'a' } },
        { custom_id: 'last', body: { input: ['x', 'y'] } },
      ];
      const { batch_id } = await foundation.batches.create({ model, input });
      expect(await ended(foundation, batch_id)).toMatchObject({
        status: 'completed',
        stats: { total: 7, completed: 4, failed: 3 },
      });
      const output = await collect(foundation.batches.output(batch_id));
      expect(output.map(({ custom_id }) => custom_id)).toEqual(['id-0', 'id-1', '4', 'last']);
      expect(output.at(-1)!.response!.body.data).toHaveLength(2);
      const errors = await collect(foundation.batches.errors(batch_id));
      expect(errors.map(({ custom_id, error }) => [custom_id, error?.code])).toEqual([
        ['empty', 'INPUT_VALIDATION_FAILED'],
        ['task', 'INPUT_VALIDATION_FAILED'],
        ['other model', 'INPUT_VALIDATION_FAILED'],
      ]);
    });

    test('defaults of the batch hold where a line is silent', async (foundation) => {
      const input = 'a house';
      const { batch_id } = await foundation.batches.create({
        model: v3.id,
        task: 'retrieval.query',
        dimensions: 8,
        normalized: false,
        input: [
          { custom_id: 'silent', body: { input } },
          { custom_id: 'own', body: { input, task: 'separation', dimensions: 4, normalized: true } },
        ],
      });
      await ended(foundation, batch_id);
      const output = await collect(foundation.batches.output(batch_id));
      const vectors = output.map(({ response }) => response!.body.data[0]!.embedding as Float32Array);
      expectNear(vectors[0]!, v3.embed(input, { task: 'retrieval.query', dimensions: 8, normalized: false }));
      expectNear(vectors[1]!, v3.embed(input, { task: 'separation', dimensions: 4 }));
    });

    test('are listed newest first, as many as asked', async (foundation) => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count++) {
        ids.push((await foundation.batches.create({ model, input: lines(1) })).batch_id);
        // Made in the same millisecond, two have no order.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const listed = await foundation.batches.list({ limit: 2 });
      for (const status of listed) expectShape('BatchStatus', status);
      expect(listed.map(({ batch_id }) => batch_id)).toEqual([ids[2], ids[1]]);
      expect((await foundation.batches.list()).length).toBeGreaterThanOrEqual(3);
      await Promise.all(ids.map((id) => ended(foundation, id)));
    });

    test('a job that is cancelled ends, and stays cancelled', async (foundation) => {
      const input = lines(400, (index) => `word ${index} `.repeat(40));
      const { batch_id } = await foundation.batches.create({ model: minilm, input });
      const cancelled = await foundation.batches.cancel(batch_id);
      expectShape('BatchStatus', cancelled);
      expect(cancelled.status).toBe('cancelled');
      const status = await foundation.batches.get(batch_id);
      expect(status.status).toBe('cancelled');
      expect(status.stats!.completed).toBeLessThan(400);
      const output = await collect(foundation.batches.output(batch_id));
      expect(output.length).toBeLessThan(400);
      expect((await foundation.batches.cancel(batch_id)).status).toBe('cancelled');
    });

    test('results of a job that is not finished are refused for now', async (foundation) => {
      const input = lines(300, (index) => `word ${index} `.repeat(40));
      const { batch_id } = await foundation.batches.create({ model: minilm, input });
      const error = await refusal(collect(foundation.batches.output(batch_id)));
      expect(error).toMatchObject({ code: 'CONFLICT_RESOURCE_BUSY', status: 409, retryable: true });
      await foundation.batches.cancel(batch_id);
    });

    test('the loop over results may be left early', async (foundation) => {
      const { batch_id } = await foundation.batches.create({ model, input: lines(5) });
      await ended(foundation, batch_id);
      for await (const line of foundation.batches.output(batch_id)) {
        expect(line.custom_id).toBe('id-0');
        break;
      }
      expect(await collect(foundation.batches.output(batch_id))).toHaveLength(5);
    });

    if (!subject.jsonOnly) {
      test('a JSONL file, with empty lines, a line that is no JSON, and no last line feed', async (foundation) => {
        const jsonl =
          '{"custom_id":"a","body":{"input":"one"}}\r\n\n  \n{"body":{"input":["x","y"]}}\n{"custom_id":"ö 🚀","body":{"input":"two"}}';
        const file = new File([jsonl], 'lines.jsonl');
        const { batch_id } = await foundation.batches.create({ model, input: file });
        expect(await ended(foundation, batch_id)).toMatchObject({ stats: { total: 3, completed: 3 } });
        const output = await collect(foundation.batches.output(batch_id));
        expect(output.map(({ custom_id }) => custom_id)).toEqual(['a', '2', 'ö 🚀']);
      });

      test('a file without lines is refused', (foundation) =>
        expectInvalid(foundation.batches.create({ model, input: new Blob(['\n \n']) }), 'input'));
    }

    const refused: [string, object, string | RegExp][] = [
      ['neither input nor input_url', {}, /body|input/],
      ['input and input_url', { input: lines(1), input_url: 'https://example.com/a.jsonl' }, /body|input/],
      ['no lines', { input: [] }, 'input'],
      ['a line without body', { input: [{ custom_id: 'a' }] }, 'input.0'],
      ['a line that is a string', { input: ['a'] }, 'input.0'],
      ['a custom_id that is an object', { input: [{ custom_id: {}, body: { input: 'a' } }] }, 'input.0'],
      ['an address that is none', { input_url: 'lines.jsonl' }, 'input_url'],
      ['an address that is not http', { input_url: 'ftp://example.com/a.jsonl' }, 'input_url'],
      ['a task that the model has not', { input: lines(1), task: 'frobnicate' }, 'task'],
      ['dimensions 0', { input: lines(1), dimensions: 0 }, 'dimensions'],
      ['normalized that is a string', { input: lines(1), normalized: 'yes' }, 'normalized'],
      ['a webhook that is no address', { input: lines(1), webhook_url: 'me' }, 'webhook_url'],
      ['an unknown field', { input: lines(1), frobnicate: 1 }, 'frobnicate'],
    ];
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(foundation.batches.create(unchecked<BatchRequest>({ model, ...fields })), param));
    }

    test('a webhook is refused by its name', async (foundation) => {
      const call = foundation.batches.create({
        model,
        input: lines(1),
        webhook_url: 'https://example.com/done',
      });
      expect(await refusal(call)).toMatchObject({ code: 'NOT_SUPPORTED', status: 400, param: 'webhook_url' });
    });

    for (const [name, id] of [
      ['a cross-encoder', crossEncoder.id],
      ['an unknown model', 'no-such-model'],
    ] as const) {
      test(`${name} is refused`, async (foundation) => {
        expect(await refusal(foundation.batches.create({ model: id, input: lines(1) }))).toMatchObject({
          code: 'INPUT_MODEL_NOT_FOUND',
          status: 400,
          param: 'model',
        });
      });
    }

    for (const id of [
      'nobody',
      'batch_00000000-0000-4000-8000-000000000000',
      '../../etc/passwd',
      '__proto__',
      'ü 日',
    ]) {
      test(`the batch ‘${id}’ is not found, by any method`, async (foundation) => {
        const { batches } = foundation;
        const calls = [
          batches.get(id),
          batches.cancel(id),
          collect(batches.output(id)),
          collect(batches.errors(id)),
        ];
        for (const error of await Promise.all(calls.map(refusal))) {
          expect(error).toMatchObject({ code: 'RESOURCE_NOT_FOUND', status: 404, retryable: false });
        }
      });
    }

    for (const limit of [0, -1, 1.5, 'many']) {
      test(`a list of ${limit} is refused`, (foundation) =>
        expectInvalid(foundation.batches.list({ limit: limit as number }), 'limit'));
    }
  });
}
