/** The commands from a folder of pages to figures, without a model; with one, in e2e and by hand. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from '../../test/run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-search-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) => runVerb(command, args);

beforeAll(async () => {
  const lines = [
    {
      id: 'bread',
      title: 'Bread',
      text: 'Loaves stay soft in a linen bag.',
      url: '/bread',
      filters: { kind: 'food' },
    },
    { id: 'jobs', title: 'Jobs', text: 'A job that failed is run again after a delay.', url: '/jobs' },
    { id: 'pages', title: 'Taxonomy', text: 'A taxonomy groups pages.', url: '/pages' },
  ];
  writeFileSync(at('pages.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  writeFileSync(
    at('questions.tsv'),
    'linen bag\tbread\nfailed job\t/jobs\nzebra crossing\tpages\nlinen\tnowhere\n',
  );
  const { code, stdout } = await run('index', at('pages.jsonl'), '--out', at('index'), '--keywords-only');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^3 documents in \d+ files, \d+\.\d MB, \d+\.\d s\n$/);
});

describe('nearfield index', () => {
  it('goes to a folder or to an engine, and says that an engine is away', async () => {
    const both = await run('index', at('pages.jsonl'), '--out', at('index'), '--to', 'http://127.0.0.1:6333');
    expect(both.code).not.toBe(0);
    const nowhere = 'http://127.0.0.1:1?engine=qdrant';
    const away = await run('index', at('pages.jsonl'), '--to', nowhere, '--keywords-only');
    expect(away.code).not.toBe(0);
    expect(away.stderr).toContain('Qdrant cannot be reached');
    const none = await run('index', at('pages.jsonl'), '--to', 'http://127.0.0.1:1', '--keywords-only');
    expect(none.stderr).toContain('?engine=');
  });

  it('replaces the files of an index and nothing else', async () => {
    writeFileSync(at('index/notes.txt'), 'mine');
    const before = readdirSync(at('index')).sort();
    expect((await run('index', at('pages.jsonl'), '--out', at('index'), '--keywords-only')).code).toBe(0);
    expect(readdirSync(at('index')).sort()).toEqual(before);
    writeFileSync(at('other.jsonl'), '{"id":"x","text":"Other words entirely."}');
    await run('index', at('other.jsonl'), '--out', at('second'), '--keywords-only');
    await run('index', at('pages.jsonl'), '--out', at('second'), '--keywords-only');
    expect(readdirSync(at('second')).sort()).toEqual(before.filter((name) => name !== 'notes.txt'));
  });

  it.each([
    [['--out', 'x'], 2, /Name one SOURCE/],
    [['x'], 2, /--out/],
    [['x', '--out', 'y', '--colour'], 2, /^nearfield index: Unknown option '--colour'/],
    [['/no/such', '--out', 'y', '--keywords-only'], 1, /no file or folder \/no\/such/],
  ])('refuses %j with code %d', async (args, expected, message) => {
    const { code, stdout, stderr } = await run('index', ...args);
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });
});

describe('nearfield search', () => {
  it('prints results as JSON', async () => {
    const { code, stdout } = await run('search', at('index'), 'linen', '--json');
    expect(code).toBe(0);
    const { query, by, results } = JSON.parse(stdout);
    expect({ query, by }).toEqual({ query: 'linen', by: 'keywords' });
    expect(results).toMatchObject([
      { id: 'bread', title: 'Bread', url: '/bread', passages: [{ highlights: [[22, 27]] }] },
    ]);
  });

  it('prints results as text, or that there are none', async () => {
    expect((await run('search', at('index'), 'failed jobs', '--explain')).stdout).toMatch(
      /^ 1\. Jobs {2}\d\.\d\d\n {4}\/jobs\n {4}A .*failed.*\n {4}keywords \d\.\d\d, meaning 0\.00; words: failed → fail, jobs → job\n$/,
    );
    expect((await run('search', at('index'), 'zebra')).stdout).toBe('Nothing was found.\n');
  });

  it('filters', async () => {
    const found = async (...args: string[]): Promise<number> =>
      JSON.parse((await run('search', at('index'), 'a', '--json', ...args)).stdout).results.length;
    expect(await found()).toBe(3);
    expect(await found('--filter', 'kind=food')).toBe(1);
  });

  it.each([
    [['DIR'], 2, /QUESTION/],
    [['DIR', 'x', '--limit', '0'], 2, /--limit/],
    [['DIR', 'x', '--by', 'magic'], 2, /--by takes one of/],
    [['DIR', 'x', '--by', 'table'], 2, /can be searched by keywords\./],
    [['/no/such', 'x'], 1, /\/no\/such has no index/],
  ])('refuses %j with code %d', async (args, expected, message) => {
    const { code, stderr } = await run('search', ...args.map((arg) => (arg === 'DIR' ? at('index') : arg)));
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });
});

describe('nearfield eval', () => {
  it('prints figures of the tiers that the index has as JSON', async () => {
    const { code, stdout } = await run('eval', at('questions.tsv'), '--index', at('index'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ keywords: { top1: 0.5, top5: 0.5, mrr: 0.5 } });
  });

  it('prints the questions that fail, and why', async () => {
    const { stdout } = await run('eval', at('questions.tsv'), '--index', at('index'));
    expect(stdout).toMatch(/^keywords +0\.500 {2}0\.500 {2}0\.500$/m);
    expect(stdout).toContain(
      'zebra crossing\n    answer: pages\n    words: it shares none with the question\n',
    );
    expect(stdout).toContain('linen\n    the index has no document nowhere\n');
    expect(stdout).not.toContain('failed job\n');
  });

  it('refuses a file without questions, and a line without an id', async () => {
    writeFileSync(at('empty.tsv'), '# nothing\n\n');
    writeFileSync(at('broken.tsv'), 'question\n');
    expect(await run('eval', at('empty.tsv'), '--index', at('index'))).toMatchObject({ code: 2 });
    const { code, stderr } = await run('eval', at('broken.tsv'), '--index', at('index'));
    expect(code).toBe(1);
    expect(stderr).toContain('Line 1 is not');
    expect(await run('eval', at('no.tsv'), '--index', at('index'))).toMatchObject({ code: 1 });
  });
});
