import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from '../../test/run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-models-'));
const data = ['--data-dir', join(folder, 'data')];
/** Other weights under the name of a model whose values are published. */
const tiny = join(folder, 'all-MiniLM-L6-v2');

beforeAll(() => {
  for (const { path, bytes } of tinyMiniLM().files) {
    mkdirSync(dirname(join(tiny, path)), { recursive: true });
    writeFileSync(join(tiny, path), bytes);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('nearfield models', () => {
  it('lists what runs here, in columns', async () => {
    const { code, stdout } = await runVerb('models', data);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^MODEL +KIND +DIMENSIONS +TOKENS +LICENCE\n/);
    expect(stdout).toMatch(/^all-MiniLM-L6-v2 +embedding +384 +256 +Apache-2\.0 +comes with this command$/m);
    expect(stdout).toMatch(/^jina-embeddings-v2-small-en .* a download of \d+(\.\d+)? MB or more$/m);
    expect(stdout).not.toContain('does not run here');
    expect((await runVerb('models', ['--all', ...data])).stdout).toMatch(
      /^jina-embeddings-v4 .*does not run here/m,
    );
  });

  it('lists one kind as JSON, and shows one model', async () => {
    const { stdout } = await runVerb('models', ['--kind', 'reranker', '--json', ...data]);
    const kinds = JSON.parse(stdout).data.map(
      ({ nearfield }: { nearfield: { kind: string } }) => nearfield.kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['reranker']));
    const one = await runVerb('models', ['jinaai/jina-clip-v1', ...data]);
    expect(JSON.parse(one.stdout)).toMatchObject({ nearfield: { id: 'jina-clip-v1' } });
  });

  it('refuses models and kinds that do not exist', async () => {
    const { code, stderr } = await runVerb('models', ['nobody', ...data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nearfield models: .*nobody/);
    expect(await runVerb('models', ['--kind', 'magic', ...data])).toMatchObject({ code: 2 });
  });
});

describe('nearfield verify', () => {
  it('passes what computes the published values', async () => {
    const first = await runVerb('verify', ['all-MiniLM-L6-v2', ...data]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^all-MiniLM-L6-v2 {2}passed {2}q8 {2}cosine 0\.9\d+/);
    const again = await runVerb('verify', ['all-MiniLM-L6-v2', '--json', ...data]);
    const verdict = { model: 'all-MiniLM-L6-v2', result: 'passed', dtype: 'q8', cosine: expect.any(Number) };
    expect(JSON.parse(again.stdout)).toMatchObject([verdict]);
  });

  it('fails other weights under its name', async () => {
    const { code, stdout } = await runVerb('verify', [tiny, ...data]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^all-MiniLM-L6-v2 {2}failed {2}/);
  });

  it('uses a directory as a model', async () => {
    // Its weights are not those of its name, which every command finds out before it uses them.
    const { code, stderr } = await runVerb('embed', ['hello', '--model', tiny, ...data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nearfield embed: .*all-MiniLM-L6-v2/);
    const own = await runVerb('embed', ['hello', '--model', `mine=${tiny}`, ...data]);
    expect(own.stdout).toMatch(/^\[0\] dim=\d+ /);
  });
});
