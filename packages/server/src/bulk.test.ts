import { HashedFoundation } from '@nearfield/hashed-foundation';
import { describe, expect, it } from 'vitest';
import { csvRows } from './bulk.ts';
import { createHandler } from './handler.ts';

describe('csvRows', () => {
  it.each([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a, ""quoted""\nin two lines",b', [['a, "quoted"\nin two lines', 'b']]],
    ['a,,c\n\n,,\nx', [['a', '', 'c'], ['x']]],
    ['5" disk,b', [['5" disk', 'b']]],
    ['', []],
  ])('%j', (text, rows) => {
    expect(csvRows(text)).toEqual(rows);
  });

  it('an open quote', () => {
    expect(() => csvRows('"a,b\nc')).toThrow(expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }));
  });
});

describe('/v1/bulk-embeddings', () => {
  const handler = createHandler(new HashedFoundation());
  const send = (method: string, path: string, body?: FormData) =>
    handler(new Request(`http://localhost${path}`, { method, ...(body ? { body } : {}) }));
  const form = (name: string, text: string, model = 'jina-embeddings-v3') => {
    const data = new FormData();
    data.set('file', new File([text], name));
    data.set('model', model);
    data.set('email', 'someone@host.example');
    return data;
  };
  const finish = async (id: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const job = (await (await send('GET', `/v1/bulk-embeddings/${id}`)).json()) as Record<string, unknown>;
      if (job.status !== 'waiting' && job.status !== 'in-progress') return job;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  it.each([
    ['rows.csv', 'id,text\n1,first row\n2,"second, row"'],
    ['rows.csv', '\uFEFFfirst row\n"second, row"'],
    ['rows.jsonl', '{"text":"first row"}\n"second, row"\n'],
    ['rows.txt', 'first row\n\nsecond, row\n'],
  ])('%s is a batch whose result can be fetched (%#)', async (name, text) => {
    const started = await send('POST', '/v1/bulk-embeddings', form(name, text));
    expect(started.status).toBe(200);
    const { _id: id } = (await started.json()) as { _id: string };
    expect(await finish(id)).toMatchObject({
      _id: id,
      status: 'completed',
      model_name: 'jina-embeddings-v3',
      file_name: name,
      used_token_count: 8,
    });
    const told = await (await send('POST', `/v1/bulk-embeddings/${id}/download-result`)).json();
    expect(told).toEqual({ id, download_url: `http://localhost/v1/batch/${id}/output` });
    const output = await (await send('GET', `/v1/batch/${id}/output`)).text();
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { custom_id: string });
    expect(lines.map((line) => line.custom_id)).toEqual(['0', '1']);
  });

  it.each([
    [form('rows.csv', ''), /no rows/],
    [form('rows.csv', 'a', ''), /model is required/],
    [form('rows.jsonl', '{'), /Line 1 is not JSON/],
    [form('rows.jsonl', '{"a":1}'), /Line 1 has no text/],
    [new FormData(), /model is required/],
  ])('a bad upload (%#)', async (body, message) => {
    const response = await send('POST', '/v1/bulk-embeddings', body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toMatch(message);
  });

  it('not a form, not a job', async () => {
    expect((await send('POST', '/v1/bulk-embeddings')).status).toBe(415);
    expect((await send('GET', '/v1/bulk-embeddings/nobody')).status).toBe(404);
  });
});
