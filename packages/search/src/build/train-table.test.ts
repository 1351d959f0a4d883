import { cosine, embed } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { tableFoundation } from '../../test/index-of.ts';
import { smallQueryTable } from '../../test/query-table.ts';
import { readQueryTable, writeQueryTable } from '../meaning/safetensors.ts';
import { trainQueryTable } from './train-table.ts';

/** Numbers that look random and are the same on every run (Park and Miller 1988). */
function* numbers(): Generator<number> {
  for (let seed = 7; ; seed = (seed * 48_271) % 2_147_483_647) yield seed;
}

it('finds rows that make the model’s vectors, and writes them as they are read', async () => {
  const teacher = smallQueryTable(4000);
  const words = teacher.vocabulary.filter((token) => /^[a-z]{3,}$/.test(token)).slice(0, 150);
  const foundation = tableFoundation(teacher);
  const next = numbers();
  const text = (): string =>
    Array.from({ length: 5 }, () => words[next.next().value! % words.length]!).join(' ');
  const texts = Array.from({ length: 1500 }, text);
  const stages: string[] = [];
  const table = await trainQueryTable({
    foundation,
    model: 'all-MiniLM-L6-v2',
    vocabulary: ['[PAD]', ...words],
    texts,
    name: 'own',
    onProgress: ({ stage }) => stages.push(stage),
  });
  expect(new Set(stages)).toEqual(new Set(['embed', 'fit']));
  expect(table).toMatchObject({ name: 'own', model: 'all-MiniLM-L6-v2', dimensions: 384 });
  const files = writeQueryTable(table);
  const config = JSON.parse(new TextDecoder().decode(files.get('config.json'))) as {
    name: string;
    like: string;
  };
  const read = readQueryTable(
    config,
    files.get('own.safetensors')!,
    new TextDecoder().decode(files.get('vocab.txt')),
  );
  expect(read).toEqual(table);
  const student = tableFoundation(read);
  const unseen = Array.from({ length: 20 }, text);
  const wanted = await embed(foundation, 'x', unseen);
  const made = await embed(student, 'x', unseen);
  const agreement = made.map((vector, index) => cosine(vector, wanted[index]!));
  expect(Math.min(...agreement)).toBeGreaterThan(0.9);
});

it('refuses texts without tokens', async () => {
  const options = {
    foundation: tableFoundation(smallQueryTable(10)),
    model: 'x',
    vocabulary: ['bread'],
    name: 'n',
  };
  await expect(trainQueryTable({ ...options, texts: ['zzz'] })).rejects.toMatchObject({ param: 'texts' });
});
