/** The examples of Jina's documents, run as they are written. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type SchemaName, shapeErrors } from '@nearfield/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import apiExamples from '../test/fixtures/api-examples.json' with { type: 'json' };
import localExamples from '../test/fixtures/local-server-examples.json' with { type: 'json' };
import { send, startServer, type TestServer, V4_OF_TOKENS } from '../test/server.ts';

interface Example {
  title: string;
  path: string;
  body: Record<string, unknown> | null;
}

/** Schemas of answers by path; the segmenter is in another document. */
const SHAPES: Readonly<Record<string, SchemaName>> = {
  '/v1/embeddings': 'EmbeddingResponse',
  '/v1/rerank': 'RerankingResponse',
  '/v1/classify': 'ClassificationResponse',
  '/v1/models': 'ModelListResponse',
};

/** The example that asks v4 for a vector of each token: another model stands for v4 then. */
const OF_TOKENS = 'Multi-Vector Output (ColBERT-style)';

let server: TestServer;
let ofTokens: TestServer;
beforeAll(async () => {
  [server, ofTokens] = await Promise.all([startServer(), startServer(V4_OF_TOKENS)]);
});
afterAll(() => Promise.all([server.end(), ofTokens.end()]));

type Answer = Record<string, unknown> & { data: { embedding: unknown }[]; results: { document?: unknown }[] };

const listOf = (input: unknown): unknown[] => (Array.isArray(input) ? input : [input]);

/** What an example's own words promise of its answer. */
function expectPromised({ path, body }: Example, answer: Answer): void {
  if (path === '/v1/models') {
    const ids = answer.data.map((model) => (model as unknown as { id: string }).id);
    expect(ids).toContain('jina-ai/jina-embeddings-v3');
  } else if (path === '/v1/embeddings') {
    const { input, late_chunking: late, dimensions, embedding_type: type, model } = body!;
    const full = {
      'jina-embeddings-v3': 1024,
      'jina-code-embeddings-1.5b': 1536,
      'jina-code-embeddings-0.5b': 896,
    };
    expect(answer.model).toBe(model);
    expect(answer.data).toHaveLength(late === true ? 3 : listOf(input).length);
    if (body!.return_multivector === true) {
      // One vector a token, each of the model's size.
      const [{ embeddings }] = answer.data as unknown as [{ embeddings: number[][] }];
      expect(embeddings.length).toBeGreaterThan(2);
      expect(new Set(embeddings.map(({ length }) => length)).size).toBe(1);
      return;
    }
    const width = (dimensions ?? full[model as keyof typeof full]) as number | undefined;
    for (const { embedding } of answer.data) {
      if (type === 'base64') expect(Buffer.from(embedding as string, 'base64')).toHaveLength(4 * width!);
      else if (width !== undefined) expect(embedding).toHaveLength(type === 'binary' ? width / 8 : width);
    }
  } else if (path === '/v1/rerank') {
    const { documents, top_n: top } = body as { documents: unknown[]; top_n?: number };
    expect(answer.results).toHaveLength(Math.min(top ?? documents.length, documents.length));
    const sources = documents.map((document) => (document as { source?: string }).source);
    if (sources[0] !== undefined) {
      expect(answer.results.map(({ document }) => (document as { source: string }).source).sort()).toEqual(
        sources.sort(),
      );
    }
  } else if (path === '/v1/classify') {
    expect(answer.data).toHaveLength(listOf(body!.input).length);
    expect(answer.data[0]).toHaveProperty('predictions');
  } else {
    expect(answer).toMatchObject({
      num_tokens: expect.any(Number),
      tokenizer: 'cl100k_base',
      usage: { tokens: expect.any(Number) },
      num_chunks: 1,
      chunk_positions: [[0, 14]],
      chunks: ['YOUR_TEXT_HERE'],
    });
  }
}

describe.each([
  ['the local server’s reference', localExamples as Example[], 23],
  ['the API examples', apiExamples as Example[], 5],
])('%s', (_, examples, count) => {
  it('is there whole', () => expect(examples).toHaveLength(count));

  it.each(examples)('$title', async (example) => {
    const { title, path, body } = example;
    const asked = title === OF_TOKENS ? ofTokens : server;
    const response = await send(asked.url, path, body);
    const answer = (await response.json()) as Answer;
    expect(response.status, JSON.stringify(answer).slice(0, 500)).toBe(200);
    const shape = SHAPES[path];
    if (shape) expect(shapeErrors(shape, answer)).toEqual([]);
    expectPromised(example, answer);
  });
});

/** The documents’ readers under this server’s address. They need a browser, a search engine or a chat model. */
describe('what this server does not have says so, in the documented shape', () => {
  it.each<[string, string, unknown, string]>([
    ['r.reader', '/r/https://example.com?stream=False&locale=en-US&timeout=10', null, 'has no reader'],
    ['s.reader', '/s/When%20was%20Jina%20AI%20founded%3F?lang=en-US', null, 'hosted API'],
    [
      'g.reader',
      '/g',
      {
        query: 'Jina AI was founded in 2020 in Berlin.',
        reference_urls: ['https://www.cbinsights.com/company/jina-ai'],
      },
      'hosted API',
    ],
  ])('%s', async (_, path, body, detail) => {
    const response = await send(server.url, path, body);
    const answer = (await response.json()) as Answer;
    expect(response.status).toBe(400);
    expect(answer).toMatchObject({ code: 'NOT_SUPPORTED', detail: expect.stringContaining(detail) });
    expect(shapeErrors('ErrorResponse', answer)).toEqual([]);
  });
});

/** The same bodies from a client that shares no line with this one. */
it('Python’s urllib sends the API examples and reads the answers and an error', async () => {
  const script = `
import json, sys, urllib.request, urllib.error
url, examples = sys.argv[1], json.loads(sys.argv[2])
def send(path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {'Content-Type': 'application/json'})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
answers = [send(example['path'], example['body']) for example in examples]
answers.append(send('/v1/embeddings', {'model': 'nobody', 'input': 'a'}))
print(json.dumps([[status, sorted(answer)] for status, answer in answers]))
`;
  const { stdout } = await promisify(execFile)('python3', [
    '-c',
    script,
    server.url,
    JSON.stringify(apiExamples),
  ]);
  const answers = JSON.parse(stdout) as [number, string[]][];
  expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 200, 200, 400]);
  expect(answers.at(-1)![1]).toEqual(['code', 'detail', 'error', 'request_id']);
});
