import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod } from '@nearfield/spec/implement';
import { describe, expect, it } from 'vitest';
import type { ContractModels } from '../models.ts';
import { OPENAPI_REQUESTS } from '../openapi.ts';
import type { Subject } from '../subject.ts';

type Fields = Record<string, unknown>;

/** A request schema of the OpenAPI document, with a value for each of its fields that must make a difference. */
interface AskedFields {
  schema: string;
  method: FoundationMethod;
  model: string;
  base: Fields;
  /** Values by field. Where a plain request would not show the difference, a base of its own. */
  values: Record<string, unknown | { value: unknown; base: Fields }>;
  call: (foundation: SearchFoundation, request: Fields) => Promise<unknown>;
}

/** Longer than the context of every model here. */
const LONG = 'word '.repeat(600);

function askedFields({ v3, v5, clip, colbert, crossEncoder, listwise }: ContractModels): AskedFields[] {
  const embeddings = (schema: string, model: string, values: Fields, base: Fields = {}): AskedFields => ({
    schema,
    method: 'embeddings',
    model,
    base: { model, input: ['one text', 'another'], ...base },
    values: {
      embedding_type: 'binary',
      truncate: { value: true, base: { model, input: LONG, ...base } },
      ...values,
    },
    call: (foundation, request) => foundation.embeddings(request as never),
  });
  const rerank = (schema: string, model: string, values: Fields = {}): AskedFields => ({
    schema,
    method: 'rerank',
    model,
    base: { model, query: 'a rabbit', documents: ['x', 'the white rabbit runs', LONG] },
    values: { query: 'tax', top_n: 1, return_documents: false, truncation: true, ...values },
    call: (foundation, request) => foundation.rerank(request as never),
  });
  const zeroShot = (schema: string, model: string): AskedFields => ({
    schema,
    method: 'classify',
    model,
    base: { model, input: 'a rabbit', labels: ['animal', 'tax'] },
    values: { labels: ['animal', 'plant', 'tax'] },
    call: (foundation, request) => foundation.classify(request as never),
  });
  const examples = [
    { text: 'one', label: 'x' },
    { text: 'two', label: 'y' },
  ];
  /** What a new classifier is listed as, and what making it counted. */
  const trained = async (foundation: SearchFoundation, request: Fields): Promise<unknown> => {
    const { classifier_id: id, usage } = await foundation.train(request as never);
    const listed = (await foundation.classifiers.list()).find(({ classifier_id }) => classifier_id === id);
    await foundation.classifiers.delete(id);
    return { usage, model: listed?.model, access: listed?.access };
  };
  const create = (schema: string, model: string): AskedFields => ({
    schema,
    method: 'train',
    model,
    base: { model, input: examples },
    values: { access: 'private', num_iters: 3 },
    call: trained,
  });
  /** What an update of a new classifier counted. */
  const updated = async (foundation: SearchFoundation, request: Fields): Promise<unknown> => {
    const { classifier_id: id } = await foundation.train({ model: v5.id, input: examples });
    try {
      return (await foundation.train({ classifier_id: id, ...request } as never)).usage;
    } finally {
      await foundation.classifiers.delete(id);
    }
  };
  /** What a job's first line is answered with. */
  const job = async (foundation: SearchFoundation, request: Fields): Promise<unknown> => {
    const { batch_id: id } = await foundation.batches.create(request as never);
    for (;;) {
      const { status } = await foundation.batches.get(id);
      if (status !== 'pending' && status !== 'processing') break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for await (const { response } of foundation.batches.output(id)) return response?.body.data;
    return undefined;
  };
  return [
    embeddings(
      'EmbeddingsV3Request',
      v3.id,
      { normalized: false, task: 'separation', late_chunking: true, dimensions: 8 },
      { task: 'classification' },
    ),
    embeddings('EmbeddingsV5Request', v5.id, { normalized: false, task: 'retrieval.query', dimensions: 8 }),
    embeddings('ClipV1Request', clip.id, { normalized: false }),
    embeddings('ClipV2Request', clip.id, { normalized: false, task: 'retrieval.query', dimensions: 8 }),
    embeddings('ColbertV1Request', colbert.id, { input_type: 'query' }),
    embeddings('ColbertV2Request', colbert.id, { input_type: 'query', dimensions: 64 }),
    embeddings('EmbeddingsV2Request', v5.id, { normalized: false }),
    rerank('TextRerankerRequest', crossEncoder.id),
    rerank('TextRerankerRequest', colbert.id),
    rerank('RerankerM0Request', crossEncoder.id),
    rerank('RerankerV3Request', listwise.id, {
      // Documents are cut unless that is turned off, and then refused.
      truncation: {
        value: false,
        base: { model: listwise.id, query: 'a', documents: ['word '.repeat(2100)] },
      },
      max_doc_length: 2,
      return_embeddings: true,
    }),
    rerank('RerankerV3Request', crossEncoder.id, { max_doc_length: 2, return_embeddings: true }),
    zeroShot('EmbeddingsV3ZeroShotClassificationRequest', v3.id),
    zeroShot('EmbeddingsV5ZeroShotClassificationRequest', v5.id),
    zeroShot('ClipZeroShotClassificationRequest', clip.id),
    create('EmbeddingsV3CreateTrainingRequest', v3.id),
    create('EmbeddingsV5CreateTrainingRequest', v5.id),
    create('ClipCreateTrainingRequest', clip.id),
    {
      schema: 'UpdateTrainingRequest',
      method: 'train',
      model: v5.id,
      base: { input: { text: 'three', label: 'z' } },
      values: { classifier_id: 'nobody', num_iters: 3 },
      call: updated,
    },
    {
      schema: 'BatchEmbeddingRequest',
      method: 'batches',
      model: v5.id,
      base: { model: v5.id, input: [{ body: { input: 'a' } }] },
      values: {
        task: 'retrieval.query',
        dimensions: 8,
        normalized: false,
        input_url: 'https://example.com/lines.jsonl',
        webhook_url: 'https://example.com/done',
      },
      call: job,
    },
  ];
}

/** Fields that every request has; without them there is no request to compare with. */
const GIVEN = ['model', 'input', 'documents'];

/** Every field of the OpenAPI document's requests changes the answer, or is refused by its name. None is ignored. */
export function fieldCases(subject: Subject): void {
  describe('fields of the OpenAPI document', () => {
    for (const { schema, method, model, base, values, call } of askedFields(subject.models)) {
      it(`${schema}: all are tried with ${model}`, () => {
        const tried = [...Object.keys(values), ...GIVEN];
        expect(
          Object.keys(OPENAPI_REQUESTS[schema]!.fields).filter((field) => !tried.includes(field)),
        ).toEqual([]);
      });

      const outcome = async (foundation: SearchFoundation, request: Fields): Promise<unknown> => {
        try {
          return await call(foundation, request);
        } catch (error) {
          if (FoundationError.isInstance(error)) return error;
          throw error;
        }
      };
      for (const [field, asked] of Object.entries(values)) {
        if (!(field in OPENAPI_REQUESTS[schema]!.fields)) continue;
        subject.case(method, `${schema}: ${field} is not ignored by ${model}`, async (foundation) => {
          const own = typeof asked === 'object' && asked !== null && 'base' in asked;
          const { value, base: plain } = own
            ? (asked as { value: unknown; base: Fields })
            : { value: asked, base };
          const before = await outcome(foundation, plain);
          const after = await outcome(foundation, { ...plain, [field]: value });
          // A refusal names the field, whether as a path or in words.
          if (FoundationError.isInstance(after)) expect(`${after.param} ${after.message}`).toContain(field);
          else expect(after).not.toEqual(before);
        });
      }
    }
  });
}
