import { expect, test } from 'vitest';
import { OPERATIONS, operationOf } from '../operations.ts';
import { samplesOf } from '../samples.ts';
import { codeOf, LANGUAGES, LOCAL_SERVER, serverFor } from './code.ts';
import { javascript, python } from './literal.ts';

const JINA = 'https://api.jina.ai';

test('local and remote differ in one line, for every sample', async () => {
  let compared = 0;
  for (const operation of OPERATIONS) {
    for (const { request } of samplesOf(operation.name)) {
      const { local, remote } = await codeOf(operation, request('local'), LOCAL_SERVER);
      if (remote.why !== undefined || local.why !== undefined) continue;
      compared++;
      const [one, other] = [local.text.split('\n'), remote.text.split('\n')];
      expect(one.length).toBe(other.length);
      expect(local.marked.size, operation.name).toBe(1);
      const [line] = local.marked;
      expect(one.toSpliced(line!, 1)).toEqual(other.toSpliced(line!, 1));
      expect(one[line!]).toContain('@nearfield/core');
      expect(other[line!]).toContain('@nearfield/remote');
    }
  }
  expect(compared).toBeGreaterThan(15);
});

test('HTTP is what the client sends, the key left to the environment', async () => {
  const { curl } = await codeOf(
    operationOf('embeddings'),
    { model: 'jina-embeddings-v3', input: ["it's"], normalized: true },
    JINA,
  );
  expect(curl.text).toBe(
    `curl 'https://api.jina.ai/v1/embeddings' \\
  --header "Authorization: Bearer $JINA_API_KEY" \\
  --header 'Content-Type: application/json' \\
  --data '{
  "model": "jina-embeddings-v3",
  "input": [
    "it'\\''s"
  ]
}'
`,
  );
});

test('a call that a server has no request for says so', async () => {
  const {
    curl,
    python: script,
    local,
  } = await codeOf(operationOf('classifiers.export'), { classifier_id: 'c' }, JINA);
  expect([curl.why, script.why]).toEqual(['no-request', 'no-request']);
  expect(local.text).toContain(`foundation.classifiers.export('c')`);
});

test('what the hosted API would ignore is refused in the words of the client', async () => {
  const { curl } = await codeOf(
    operationOf('rerank'),
    { model: 'jina-reranker-v3', query: 'q', documents: ['d'], fusion: true },
    JINA,
  );
  expect(curl.why).toEqual({ error: expect.stringContaining('rerank.fusion is not supported') });
});

test('OpenAI’s client is for what OpenAI’s API has', async () => {
  const texts = { model: 'all-MiniLM-L6-v2', input: ['a'] };
  const open = async (name: string, request: Record<string, unknown>) =>
    (await codeOf(operationOf(name), request, JINA)).openai;
  expect((await open('embeddings', texts)).text).toContain('client.embeddings.create');
  expect((await open('embeddings', { ...texts, embedding_type: 'base64' })).text).toContain(
    `encoding_format: 'base64'`,
  );
  expect((await open('embeddings', { ...texts, late_chunking: true })).why).toBe('not-openai');
  expect((await open('embeddings', { ...texts, input: [{ image: 'x' }] })).why).toBe('not-openai');
  expect((await open('rerank', { model: 'm', query: 'q', documents: ['d'] })).why).toBe('not-openai');
});

test('models of ours alone are asked for on the reader’s own machine', () => {
  expect(serverFor({ model: 'all-MiniLM-L6-v2' }, JINA)).toBe(LOCAL_SERVER);
  expect(serverFor({ model: 'jina-embeddings-v3' }, JINA)).toBe(JINA);
  expect(serverFor({ model: 'all-MiniLM-L6-v2' }, 'https://own.example')).toBe('https://own.example');
});

test('literals are read back as the value', () => {
  const value = {
    text: 'it\'s "quoted" \\ \n\u2028 🛰️ مرحبا',
    'two words': [1, -0.5, 1e21, null, true, false, [], {}],
    nested: { list: ['x'.repeat(50), 'y'.repeat(50)], __proto: 'a' },
  };
  expect(new Function(`return ${javascript(value)}`)()).toEqual(value);
  const json = python(value)
    .replaceAll('None', 'null')
    .replaceAll('True', 'true')
    .replaceAll('False', 'false');
  expect(JSON.parse(json.replaceAll(/,(\s*[\]}])/gu, '$1'))).toEqual(value);
  for (const language of LANGUAGES) expect(language).toMatch(/^\w+$/u);
});
