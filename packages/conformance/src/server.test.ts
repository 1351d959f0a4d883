import { createHandler } from '@nearfield/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonFoundation } from '../test/json-foundation.ts';
import { createNodeSubject, type NodeSubject } from '../test/node-foundation.ts';
import { contractModels } from './models.ts';
import { shapeErrors } from './openapi.ts';
import { contractSuite } from './suite.ts';

const models = contractModels();
let subject: NodeSubject;

contractSuite({
  name: 'the server’s JSON',
  models,
  jsonOnly: true,
  create: async () => {
    subject = await createNodeSubject(models);
    return jsonFoundation(createHandler(subject.foundation, { splitSentences: false, strict: true }));
  },
  capabilities: () => subject.foundation.capabilities(),
  dispose: async () => {
    await subject.foundation.close();
    await subject.dispose();
  },
});

describe('bodies that are no request', () => {
  let own: NodeSubject;
  beforeAll(async () => {
    own = await createNodeSubject(models);
  });
  afterAll(async () => {
    await own.foundation.close();
    await own.dispose();
  });

  const base = `"model":"${models.v5.id}"`;
  const bodies: [string, string | Uint8Array<ArrayBuffer>, number][] = [
    ['nothing', '', 422],
    ['half of one', '{"model":', 422],
    ['two of them', '{}{}', 422],
    ['null', 'null', 422],
    ['a list', '[]', 422],
    ['NaN, which JSON does not have', `{${base},"input":"a","dimensions":NaN}`, 422],
    ['Infinity', `{${base},"input":"a","dimensions":Infinity}`, 422],
    ['a number beyond all', `{${base},"input":"a","dimensions":1e999}`, 422],
    ['a comment', `{${base},"input":"a" /* comment */}`, 422],
    ['lists nested 100,000 deep', `{${base},"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 422],
    ['a key of 1 MB', `{${base},"input":"a","${'k'.repeat(1_000_000)}":1}`, 422],
    [
      '10,000 keys',
      `{${base},"input":"a"${Array.from({ length: 10_000 }, (_, n) => `,"k${n}":1`).join('')}}`,
      422,
    ],
    ['the same key twice: the last counts', `{${base},"input":[],"input":"a"}`, 200],
    ['bytes that are not UTF-8', Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]), 422],
    ['a byte order mark first', `\ufeff{${base},"input":"a"}`, 200],
    ['half a surrogate pair, escaped', `{${base},"input":"\\ud800"}`, 200],
  ];
  it.each(bodies)('%s', async (_, body, status) => {
    const handler = createHandler(own.foundation);
    const response = await handler(
      new Request('http://localhost/v1/embeddings', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      }),
    );
    expect(response.status).toBe(status);
    const answer = (await response.json()) as { errors?: unknown[] };
    expect(shapeErrors(status === 200 ? 'EmbeddingResponse' : 'ErrorResponse', answer)).toEqual([]);
    if (status === 422) expect(shapeErrors('HTTPValidationError', answer)).toEqual([]);
    expect(JSON.stringify(answer).length).toBeLessThan(100_000);
  });
});
