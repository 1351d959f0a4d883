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
