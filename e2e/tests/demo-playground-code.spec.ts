/** The code that the playground writes runs as it stands: in a page, in Node, in a shell, in Python, with OpenAI's client. */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import { codeOf, type Language } from '../../demo/src/playground/code/code.ts';
import { type JsonRequest, operationOf } from '../../demo/src/playground/operations.ts';
import { samplesOf } from '../../demo/src/playground/samples.ts';
import { serveFile } from '../../tooling/serve-file.ts';
import { serveEnginePage } from '../support/engine-server.ts';
import {
  type CommandServer,
  runInNode,
  runInPython,
  runInShell,
  runner,
  startNearfieldServe,
  writePrograms,
} from '../support/playground-code.ts';
import { expect, test } from '../support/throttled-test.ts';

const KEY = 'play_this-key-is-right';
const ENVIRONMENT = { JINA_API_KEY: KEY };
const RERANKER = '/models/minilm-reranker/';

/** Requests that the embedded models answer, by the names of their programs. */
const REQUESTS: readonly (readonly [name: string, operation: string, request: JsonRequest])[] = [
  ...['embeddings', 'rerank', 'segment'].flatMap((operation) =>
    samplesOf(operation)
      .map(({ name, request }) => [name, operation, request('local')] as const)
      .filter(([, , { model = 'all-MiniLM-L6-v2' }]) =>
        ['all-MiniLM-L6-v2', 'minilm-reranker'].includes(String(model)),
      )
      .filter(([name]) => name !== 'lateChunking'),
  ),
  ['zeroShot', 'classify', samplesOf('classify')[0].request('local')],
  ['teach', 'train', samplesOf('train')[0].request('local')],
  ['classifiers', 'classifiers.list', {}],
  ['models', 'models.list', {}],
  ['model', 'models.get', { id: 'all-MiniLM-L6-v2' }],
];

/** The program of each request in one language; those that have none are left out. */
async function programs(language: Language, baseUrl: string): Promise<Record<string, string>> {
  const all = await Promise.all(
    REQUESTS.map(async ([name, operation, request]) => {
      const { text } = (await codeOf(operationOf(operation), request, baseUrl))[language];
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
  return Object.fromEntries(all.flat());
}

/** The numbers of an answer that every language has to agree on: vectors, scores, counts. */
function numbersOf(name: string, value: unknown): unknown {
  const answer = value as Record<string, never> & { data?: never[]; results?: never[] };
  switch (name) {
    case 'meanings':
    case 'compact':
      return (answer.data as { embedding: number[] }[]).map(({ embedding }) => embedding);
    case 'question':
    case 'firstThree':
      return (answer.results as { index: number; relevance_score: number }[]).map(({ index }) => index);
    case 'zeroShot':
      return (answer.data as { prediction: string }[]).map(({ prediction }) => prediction);
    case 'teach':
      return answer.num_samples;
    case 'classifiers':
      return Array.isArray(value);
    case 'models':
      return (answer.data as { id: string }[]).map(({ id }) => id);
    case 'model':
      return answer.id;
    default:
      return { tokens: answer.num_tokens, chunks: answer.chunks };
  }
}

let server: CommandServer;
/** Answers of Node's client, by program, which the others are compared with. */
let expected: Record<string, unknown[]>;

test.beforeAll(async () => {
  server = await startNearfieldServe(KEY);
  expected = await runInNode(await writePrograms('demo', await programs('remote', server.url)), ENVIRONMENT);
});
test.afterAll(async () => {
  await server.close();
});

test('Remote answers from `nearfield serve`', () => {
  expect(Object.keys(expected)).toEqual(REQUESTS.map(([name]) => name));
  const vectors = numbersOf('meanings', expected.meanings![0]) as number[][];
  expect(vectors.map((vector) => vector.length)).toEqual([384, 384, 384, 384]);
  expect(numbersOf('zeroShot', expected.zeroShot![0])).toEqual(['delivery', 'billing', 'technical problem']);
  // Three of the five passages are about keeping bread.
  expect((numbersOf('firstThree', expected.firstThree![0]) as number[]).toSorted()).toEqual([0, 2, 3]);
});

for (const [language, execute] of [
  ['curl', runInShell],
  ['python', runInPython],
] as const) {
  test(`${language} gets the same from it`, async () => {
    const all = await programs(language, server.url);
    expect(Object.keys(all)).toEqual(REQUESTS.map(([name]) => name));
    for (const [name, text] of Object.entries(all)) {
      const answer = numbersOf(name, await execute(text, ENVIRONMENT));
      const other = numbersOf(name, expected[name]![0]);
      if (name !== 'meanings') expect(answer, name).toEqual(other);
      else expectNear(answer as number[][], other as number[][]);
    }
  });
}

test('without the key, they are refused: it is taken from the environment', async () => {
  const { meanings } = await programs('curl', server.url);
  const refused = (await runInShell(meanings!, { JINA_API_KEY: 'wrong' })) as { code?: string };
  expect(refused.code).toBe('AUTH_INVALID_API_KEY');
});

test('OpenAI’s client gets the same vectors', async () => {
  const all = await programs('openai', server.url);
  expect(Object.keys(all)).toEqual(['meanings', 'models', 'model']);
  const answers = await runInNode(await writePrograms('e2e', all), ENVIRONMENT);
  expectNear(
    numbersOf('meanings', answers.meanings![0]) as number[][],
    numbersOf('meanings', expected.meanings![0]) as number[][],
  );
  expect((answers.model![0] as { id: string }).id).toBe(numbersOf('model', expected.model![0]));
});

test('Local gets the same inside a page', async ({ page }) => {
  const files = await writePrograms('e2e', await programs('local', server.url));
  const script = Object.values(files)[0]!.replace(/[^/\\]+$/u, 'page.ts');
  await writeFile(script, runner(files, '(text: string) => { document.body.textContent = text; }'));
  const served = await serveEnginePage(undefined, { 'playground-code': pathToFileURL(script).href });
  served.interfere = (path, response, request) => {
    if (!path.startsWith(RERANKER)) return false;
    request.url = path.slice(RERANKER.length - 1);
    void serveFile(miniLMRerankerDirectory(), request, response);
    return true;
  };
  try {
    await page.goto(served.url);
    await expect(page.locator('body')).toHaveText(/^\{.*\}$/su);
    const answers = JSON.parse((await page.locator('body').textContent())!) as Record<string, unknown[]>;
    expect(Object.keys(answers)).toEqual(REQUESTS.map(([name]) => name));
    for (const [name, [answer]] of Object.entries(answers)) {
      const [here, there] = [numbersOf(name, answer), numbersOf(name, expected[name]![0])];
      if (name === 'meanings') expectNear(here as number[][], there as number[][], 0.01);
      else if (name === 'compact') expectSameBits(here as number[][], there as number[][]);
      // A page knows the whole catalogue; a server lists what it is to serve.
      else if (name !== 'models') expect(here, name).toEqual(there);
    }
  } finally {
    await served.close();
  }
});

/** Vectors of 8-bit models differ a little between runtimes. */
function expectNear(one: number[][], other: number[][], most = 1e-6): void {
  expect(one.length).toBe(other.length);
  for (const [index, vector] of one.entries()) {
    const largest = Math.max(...vector.map((value, place) => Math.abs(value - other[index]![place]!)));
    expect(largest).toBeLessThanOrEqual(most);
  }
}

/** Bits of numbers near zero may differ where the numbers do by a little: a twentieth at most. */
function expectSameBits(one: number[][], other: number[][]): void {
  for (const [index, bytes] of one.entries()) {
    expect(bytes.length).toBe(384 / 8);
    const different = bytes.map((byte, place) => byte ^ other[index]![place]!);
    const bits = different.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(bits).toBeLessThanOrEqual(384 / 20);
  }
}
