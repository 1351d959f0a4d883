import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryTableDirectory } from '@nearfield/model-minilm-query-table/build';
import { type QueryTable, readQueryTable } from '../src/meaning/safetensors.ts';

/** The table of all-MiniLM-L6-v2 that this repository keeps. */
export function minilmQueryTable(): QueryTable {
  const read = (name: string): Buffer => readFileSync(join(queryTableDirectory(), name));
  const config = JSON.parse(read('config.json').toString('utf8')) as { name: string; like: string };
  const bytes = read('minilm-query-table.safetensors');
  return readQueryTable(config, bytes, read('vocab.txt').toString('utf8'));
}

/** The same with the tokens that are used most alone: indexes of it are built in no time. */
export function smallQueryTable(tokens = 9000): QueryTable {
  const table = minilmQueryTable();
  return {
    ...table,
    vocabulary: table.vocabulary.slice(0, tokens),
    quantized: table.quantized.slice(0, tokens * table.dimensions),
    scale: table.scale.slice(0, tokens),
  };
}
