/** The verbs with the models that come with them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosine, findModel } from '@nearfield/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { runVerb } from '../test/run-verb.ts';
import { EMBEDDER } from './embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-embedded-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Without a server to call, and with a place of its own for what it keeps. */
const run = (name: string, args: readonly string[], input?: string) =>
  runVerb(name, [...args, '--data-dir', join(folder, 'data')], {
    ...(input === undefined ? {} : { input }),
  });

describe('embedded models', () => {
  it('embed computes the published numbers', async () => {
    const golden = findModel(EMBEDDER)!.goldens.find(({ kind }) => kind === 'embedding')!;
    if (golden.kind !== 'embedding') throw new Error('The catalogue has no vector to compare with.');
    const { code, stdout } = await run('embed', [golden.text, '--json']);
    expect(code).toBe(0);
    const { embedding } = JSON.parse(stdout)[0] as { embedding: number[] };
    expect(embedding).toHaveLength(384);
    // Published from float32; this is int8.
    expect(cosine(embedding.slice(0, golden.first.length), golden.first)).toBeGreaterThan(0.95);
  });

  it('rerank, classify and dedup go by meaning', async () => {
    const documents =
      'The cat sat on the mat.\nHow to reset a forgotten password.\nA recipe for fresh bread.\n';
    const ranked = await run('rerank', ['I cannot log in any more', '--json', '-n', '1'], documents);
    expect(JSON.parse(ranked.stdout)).toMatchObject([{ index: 1 }]);
    const labelled = await run('classify', [
      'shares fell sharply',
      '--labels',
      'cooking,stock market,football',
    ]);
    expect(labelled.stdout).toMatch(/^stock market \(/);
    const lines = 'How do I reset my password?\nHow can I reset my password?\nWhen do you open?\n';
    expect((await run('dedup', [], lines)).stdout).toBe('How do I reset my password?\nWhen do you open?\n');
  });

  it('grep finds what shares no word with the query', async () => {
    mkdirSync(join(folder, 'notes'));
    writeFileSync(join(folder, 'notes/bread.md'), '# Loaves\n\nKeep them soft in a linen bag.\n');
    writeFileSync(
      join(folder, 'notes/jobs.md'),
      '# Queue\n\nA job that failed is run again after a delay.\n',
    );
    const args = ['retry after an error', join(folder, 'notes'), '-hn', '--top', '1', '--cache', 'none'];
    expect((await run('grep', args)).stdout).toBe('3:A job that failed is run again after a delay.\n');
  });

  it('segment counts tokens as the API does', async () => {
    expect((await run('segment', ['--count'], 'hello world')).stdout).toBe('2\n');
  });
});
