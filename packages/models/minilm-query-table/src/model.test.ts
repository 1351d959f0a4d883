import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSource } from '@nearfield/model-kit';
import { expect, it } from 'vitest';
import { queryTableDirectory } from './model.ts';

const read = (name: string): Buffer => readFileSync(join(queryTableDirectory(), name));

it('has one word for each row, in the order of the teacher’s tokenizer', async () => {
  const words = read('vocab.txt').toString('utf8').trimEnd().split('\n');
  const { tokenizer } = await readSource();
  const { vocab } = (JSON.parse(tokenizer) as { model: { vocab: Record<string, number> } }).model;
  expect(words).toHaveLength(30_522);
  expect(Object.fromEntries(words.map((word, row) => [word, row]))).toEqual(vocab);
});

it('is the file that the card was measured with', () => {
  const bytes = read('minilm-query-table.safetensors');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '3f33dac7b46456e16baf4286aa833d36f30b14ac5be43bac34b0366524ac4a10',
  );
});
