import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { minimalPdf } from '../../../reader/test/minimal-pdf.ts';
import { guardedReader } from '../read/guarded-reader.ts';
import { read } from './read.ts';

const HTML = `<!doctype html><html><head><title>Bread</title></head><body><nav><a href="/">Home</a></nav><main><h1>Bread</h1>
<p>Bread stays fresh for days if it is kept dry and cool, in a cloth and not in a bag. See <a href="flour">flour</a>.</p>
</main></body></html>`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-read-'));
  await writeFile(join(folder, 'bread.html'), HTML);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(argv: string[], input = ''): Promise<string> {
  let output = '';
  await read.run(argv, {
    stdin: Readable.from([input]),
    terminal: { stdin: false, stdout: false, stderr: false },
    stdout: (text: string) => {
      output += text;
    },
    stderr: () => undefined,
    env: {},
    script: new URL(import.meta.url),
  });
  return output;
}

it('writes a file as Markdown, with links as seen from --url', async () => {
  const output = await run([join(folder, 'bread.html'), '--url', 'https://food.example/a/']);
  expect(output).toMatch(
    /^# Bread\n\nBread stays fresh[\s\S]*\[flour\]\(https:\/\/food\.example\/a\/flour\)\.\n$/,
  );
});

it('reads standard input, and gives JSON', async () => {
  const page = JSON.parse(await run(['-', '--json', '--links', '--url', 'https://food.example/'], HTML));
  expect(page).toMatchObject({ title: 'Bread', links: { Home: 'https://food.example/' } });
});

it('writes a PDF as Markdown, from a file and from standard input', async () => {
  const pdf = minimalPdf('Keep bread dry and cool.');
  await writeFile(join(folder, 'bread.pdf'), pdf);
  expect(await run([join(folder, 'bread.pdf')])).toBe('Keep bread dry and cool.\n');
  expect(await run(['-'], pdf)).toBe('Keep bread dry and cool.\n');
});

it('says what is missing', async () => {
  await expect(run([])).rejects.toThrow(/URL or FILE/);
  await expect(run([join(folder, 'nothing.html')])).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});

it.each([
  'http://127.0.0.1:9/',
  'http://[::1]/',
  'http://169.254.169.254/latest/meta-data',
  'https://10.0.0.1/',
  'http://2130706433/',
])('does not load %s', async (url) => {
  await expect(guardedReader().read({ url })).rejects.toMatchObject({
    code: 'INPUT_VALIDATION_FAILED',
    param: 'url',
  });
});
