/** Verbs that work on texts, over HTTP with a foundation without a model; with the embedded ones in embedded.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedServer } from '../../test/hashed-server.ts';
import { type RunOptions, runVerb } from '../../test/run-verb.ts';

let server: Awaited<ReturnType<typeof hashedServer>>;
const folder = mkdtempSync(join(tmpdir(), 'nearfield-texts-'));
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const run = (name: string, args: readonly string[], options?: RunOptions) =>
  runVerb(name, [...args, '--server', server.url], options);
const linesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  server = await hashedServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('nearfield embed', () => {
  it('takes texts of arguments, of standard input and of files', async () => {
    const both = JSON.parse((await run('embed', ['one fish', 'two fish', '--json'])).stdout);
    expect(both).toMatchObject([
      { object: 'embedding', index: 0 },
      { object: 'embedding', index: 1 },
    ]);
    expect(both[0].embedding).toHaveLength(384);
    const piped = await run('embed', ['--json'], { input: 'one fish\r\n\n  \ntwo fish' });
    expect(JSON.parse(piped.stdout)).toEqual(both);
    const file = put('fish.txt', 'two fish\n');
    expect(JSON.parse((await run('embed', ['one fish', '--file', file, '--json'])).stdout)).toEqual(both);
    const dash = await run('embed', ['one fish', '-f', '-', '--json'], { input: 'two fish\n' });
    expect(JSON.parse(dash.stdout)).toEqual(both);
  });

  it('prints a line for people, whatever the text is', async () => {
    const { code, stdout, stderr } = await run('embed', ['one fish']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\[0\] dim=384 \[(-?\d\.\d{6}, ){5}\.\.\.\]\n$/);
  });

  it('keeps the fields of JSON lines', async () => {
    const file = put('pages.jsonl', '{"id": 7, "body": "one fish"}\n"two fish"\n');
    const { stdout } = await run('embed', ['--file', file, '--field', 'body', '--jsonl']);
    const [first, second] = linesOf(stdout) as Record<string, unknown>[];
    expect(first).toMatchObject({ index: 0, id: 7, body: 'one fish', text: 'one fish' });
    expect(first!.embedding).toHaveLength(384);
    expect(second).toMatchObject({ index: 1, text: 'two fish' });
  });

  it('sends the task and the dimensions', async () => {
    const args = ['fish', '--model', 'jina-embeddings-v3', '--json', '--dimensions', '64'];
    const vectorOf = async (...more: string[]) =>
      JSON.parse((await run('embed', [...args, ...more])).stdout)[0].embedding as number[];
    expect(await vectorOf()).toHaveLength(64);
    const { code, stderr } = await run('embed', [...args, '--task', 'dreaming']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nearfield embed: .*task/);
  });

  it.each([
    [[], {}, 2, /There is no text to embed/],
    [[], { terminal: { stdin: true }, input: 'unread' }, 2, /There is no text to embed/],
    [['x', '--json', '--jsonl'], {}, 2, /not both/],
    [['x', '--dimensions', 'many'], {}, 2, /--dimensions takes a whole number/],
    [['x', '--input', 'csv'], {}, 2, /--input takes one of lines, jsonl/],
    [['x', '--remote'], {}, 2, /--remote or --server/],
    [['x', '--local'], {}, 2, /--local computes here/],
    [['--frobnicate'], {}, 2, /Unknown option '--frobnicate'/],
    [['--file', '/no/such'], {}, 1, /^nearfield embed: \/no\/such does not exist\.\n$/],
    [['--input', 'jsonl'], { input: '{"text": 5}' }, 1, /Line 1 of standard input has no text/],
    [['--input', 'jsonl'], { input: '"a"\n{' }, 1, /Line 2 of standard input is not JSON/],
    [['x', '--model', 'nobody'], {}, 1, /nobody/],
  ] as const)('%j ends with its status', async (args, options, expected, message) => {
    const { code, stdout, stderr } = await run('embed', args, options);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('computes at api.jina.ai with a key alone', async () => {
    const { code, stderr } = await runVerb('embed', ['x', '--remote']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nearfield embed: --remote needs a key: set JINA_API_KEY/);
  });

  it('says that a server is not there', async () => {
    const { code, stderr } = await runVerb('embed', ['x', '--server', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nearfield embed: .*127\.0\.0\.1:9/);
  });

  it('shows progress to a person, and removes it', async () => {
    const { stderr } = await run('embed', ['x', 'y'], { terminal: { stderr: true } });
    expect(stderr.endsWith('\r\u001b[K') || stderr === '').toBe(true);
  });
});

describe('nearfield rerank', () => {
  const documents = 'the cat sat\nhow to reset a password\nfresh bread\n';

  it('puts documents in order', async () => {
    const { code, stdout } = await run('rerank', ['reset my password'], { input: documents });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[\d\.\d{4}\] how to reset a password\n(\[-?\d\.\d{4}\] .+\n){2}$/);
  });

  it('prints JSON and JSON lines', async () => {
    const asJson = await run('rerank', ['bread', '--json', '-n', '1'], { input: documents });
    expect(JSON.parse(asJson.stdout)).toMatchObject([{ index: 2, document: { text: 'fresh bread' } }]);
    const file = put('docs.jsonl', '{"id": "a", "text": "a cat"}\n{"id": "b", "text": "some bread"}\n');
    const asLines = await run('rerank', ['bread', '--file', file, '--top-n', '1', '--jsonl']);
    expect(linesOf(asLines.stdout)).toMatchObject([
      { index: 1, id: 'b', relevance_score: expect.any(Number) },
    ]);
  });

  it('cuts long documents on the line, and keeps control of it', async () => {
    const long = `bread ${'x'.repeat(300)}`;
    const { stdout } = await run('rerank', ['bread'], { input: long });
    expect(stdout).toMatch(/^\[\d\.\d{4}\] bread x{194}\.\.\.\n$/);
  });

  it.each([
    [[], 'a', 2, /Give one QUERY/],
    [['a', 'b'], 'a', 2, /Give one QUERY/],
    [['a'], '', 2, /no text to rank/],
    [['a', '--top-n', '0'], 'a', 2, /--top-n takes a whole number, 1 or more/],
  ])('refuses %j of %j', async (args, input, expected, message) => {
    const { code, stderr } = await run('rerank', args, { input });
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });
});

describe('nearfield classify', () => {
  it('takes labels with commas and repeated ones', async () => {
    const args = ['good thing', 'bad thing', '--labels', 'good,bad', '--labels', 'other'];
    const data = JSON.parse((await run('classify', [...args, '--json'])).stdout);
    expect(data).toMatchObject([{ prediction: 'good' }, { prediction: 'bad' }]);
    expect(data[0].predictions.map(({ label }: { label: string }) => label)).toEqual([
      'good',
      'bad',
      'other',
    ]);
    expect((await run('classify', args)).stdout).toMatch(/^good \(\d\.\d{4}\)\nbad \(\d\.\d{4}\)\n$/);
  });

  it('takes more texts than a request', async () => {
    const input = Array.from({ length: 600 }, (_, index) => (index === 599 ? 'bad' : 'good')).join('\n');
    const { stdout } = await run('classify', ['--labels', 'good,bad', '--jsonl'], { input });
    const lines = linesOf(stdout) as { index: number; prediction: string }[];
    expect(lines.map(({ index }) => index)).toEqual(Array.from({ length: 600 }, (_, index) => index));
    expect(lines[0]).toMatchObject({ text: 'good', prediction: 'good' });
    expect(lines[599]).toMatchObject({ text: 'bad', prediction: 'bad' });
  });

  it('takes a trained classifier', async () => {
    const { classifier_id } = await server.foundation.train({
      model: 'jina-embeddings-v3',
      input: [
        { text: 'cat dog', label: 'animal' },
        { text: 'bread cheese', label: 'food' },
      ],
    });
    const { stdout } = await run('classify', ['cheese', '--classifier', classifier_id]);
    expect(stdout).toMatch(/^food \(/);
  });

  it.each([
    [['x'], /Give labels/],
    [['x', '--labels', ' , '], /Give labels/],
    [['x', '--labels', 'a,b', '--classifier', 'c'], /not both/],
    [['--labels', 'a,b'], /no text to classify/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run('classify', args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('nearfield dedup', () => {
  const input = 'red apple pie\nstock market news\napple pie red\nweather report\n';

  it('drops what says the same, in the order of the input', async () => {
    const { code, stdout } = await run('dedup', [], { input });
    expect(code).toBe(0);
    expect(stdout).toBe('red apple pie\nstock market news\nweather report\n');
  });

  it('keeps a number of texts', async () => {
    const items = JSON.parse((await run('dedup', ['-k', '2', '--json'], { input })).stdout);
    // The two equal ones are the largest group, so that one of them comes first.
    expect(items).toHaveLength(2);
    expect(items[0]).toEqual({ index: 0, text: 'red apple pie' });
  });

  it('refuses contradictions and thresholds that are no cosine', async () => {
    expect(await run('dedup', ['-k', '2', '--threshold', '0.5'], { input })).toMatchObject({ code: 2 });
    expect(await run('dedup', ['--threshold', '2'], { input })).toMatchObject({ code: 2 });
  });
});

describe('nearfield segment', () => {
  const text = `First line.\nSecond   line.\n${'word '.repeat(50)}`;

  it('prints a chunk a line', async () => {
    const { stdout } = await run('segment', ['--max-chunk-length', '100'], { input: text });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replace(/\s+/g, ''));
    expect(lines.length).toBe(3);
    expect(lines[0]).toMatch(/^First line\. Second line\. word/);
  });

  it('prints chunks as they are, with their places', async () => {
    const file = put('text.md', text);
    const { stdout } = await run('segment', ['--file', file, '--max-chunk-length', '100', '--jsonl']);
    const chunks = linesOf(stdout) as { file: string; start: number; end: number; text: string }[];
    expect(chunks.map((chunk) => chunk.text).join('')).toBe(text);
    for (const chunk of chunks) {
      expect(chunk.file).toBe(file);
      expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    }
    const whole = JSON.parse((await run('segment', ['--file', file, '--json'])).stdout);
    expect(whole).toMatchObject({ file, num_chunks: 1, chunk_positions: [[0, text.length]], chunks: [text] });
  });

  it('counts tokens, of texts of any length', async () => {
    expect((await run('segment', ['one two three', '--count'])).stdout).toBe('3\n');
    const long = 'word '.repeat(30_000);
    expect((await run('segment', ['-c'], { input: long })).stdout).toBe('30000\n');
  });

  it('refuses nothing, and strategies that do not exist', async () => {
    expect(await run('segment', [])).toMatchObject({ code: 2 });
    expect((await run('segment', ['x', '--strategy', 'magic'])).stderr).toMatch(/--strategy takes one of/);
  });
});
