import { expect, test } from 'vitest';
import { ADDRESS_TYPE } from './arrivals-store.ts';
import { filesOf } from './shared-data.ts';

function shared(fields: Readonly<Record<string, string>>, files: readonly File[] = []): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const file of files) data.append('files', file);
  return data;
}

const contents = (files: readonly File[]) =>
  Promise.all(files.map(async (file) => [file.name, file.type, await file.text()]));

test('files are taken as they are; those without content are none', async () => {
  const files = [new File(['# A'], 'a.md', { type: 'text/markdown' }), new File([], 'empty.txt')];
  expect(await contents(filesOf(shared({ title: 'ignored' }, files)))).toEqual([
    ['a.md', 'text/markdown', '# A'],
  ]);
});

test('a text becomes a file with its title, or its begin, as the name', async () => {
  expect(await contents(filesOf(shared({ title: 'High/low tide', text: ' Twice a day. ' })))).toEqual([
    ['High low tide.txt', 'text/plain', 'Twice a day.'],
  ]);
  const [file] = filesOf(shared({ text: `One line\nand another ${'x'.repeat(100)}` }));
  expect(file!.name).toMatch(/^One line and another x+\.txt$/);
  expect(file!.name.length).toBeLessThan(70);
});

test('an address is one, in whichever field it comes', async () => {
  const address = ['address.uri', ADDRESS_TYPE, 'https://example.org/a?b=c'];
  expect(await contents(filesOf(shared({ url: 'https://example.org/a?b=c' })))).toEqual([address]);
  expect(await contents(filesOf(shared({ title: 'A', text: 'https://example.org/a?b=c' })))).toEqual([
    address,
  ]);
  expect(await contents(filesOf(shared({ url: 'https://example.org/a?b=c', text: 'Worth a read' })))).toEqual(
    [address, ['Worth a read.txt', 'text/plain', 'Worth a read']],
  );
  // Other schemes are texts.
  expect(await contents(filesOf(shared({ url: 'javascript:alert(1)' })))).toEqual([]);
  expect(filesOf(shared({}))).toEqual([]);
});
