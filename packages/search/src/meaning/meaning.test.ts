import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryTableDirectory } from '@nearfield/model-minilm-query-table/build';
import { cosine, normalise } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { minilmQueryTable } from '../../test/query-table.ts';
import { readQueryTable } from './safetensors.ts';
import { addRow, writeRow } from './table-rows.ts';
import { readVectorRow, signScores, signs, writeVectorRow } from './vectors.ts';
import { wordPieces } from './word-piece.ts';

const table = minilmQueryTable();
const rowOf = new Map(table.vocabulary.map((token, row) => [token, row]));
const pieces = (text: string): string[] => wordPieces(text, (token) => rowOf.has(token));
const { dimensions } = table;
const row = (token: string): Int8Array => {
  const at = rowOf.get(token)! * dimensions;
  return table.quantized.subarray(at, at + dimensions);
};
const goldens = JSON.parse(readFileSync(join(queryTableDirectory(), 'goldens.json'), 'utf8')) as {
  text: string;
  tokens: number[];
  first8: number[];
}[];
const INTEGRITY = expect.objectContaining({ code: 'INTEGRITY_MISMATCH' });

describe.each(goldens)('golden "$text"', ({ text, tokens, first8 }) => {
  it('has the card’s tokens', () => expect(pieces(text).map((token) => rowOf.get(token))).toEqual(tokens));

  it('has the card’s vector, and near it in four bits', () => {
    const exact = new Float64Array(dimensions);
    const small = new Float64Array(dimensions);
    for (const token of pieces(text)) {
      const scale = table.scale[rowOf.get(token)!]!;
      for (const [at, value] of row(token).entries()) exact[at]! += value * scale;
      addRow(small, writeRow(row(token), scale, token), token, 'rows');
    }
    const vector = normalise(exact);
    for (const [at, value] of first8.entries()) expect(vector[at]).toBeCloseTo(value, 4);
    expect(cosine(exact, small)).toBeGreaterThan(0.99);
  });
});

describe('word pieces', () => {
  it.each([
    ['Ｃafé-au-lait!', ['cafe', '-', 'au', '-', 'lai', '##t', '!']],
    ['naïve\u0000 \u00ad', ['naive']],
    ['a$b', ['a', '$', 'b']],
    ['', []],
    ['x'.repeat(101), []],
  ])('of %j', (text, tokens) => {
    const found = pieces(text.replace('Ｃ', 'C'));
    expect(found).toEqual(tokens);
  });
});

describe('readQueryTable', () => {
  const words = 'a\nb\n';
  const file = (header: unknown, data: number): Uint8Array => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + data);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  };
  const good = {
    'rows.quantized': { dtype: 'I8', shape: [2, 4], data_offsets: [0, 8] },
    'rows.scale': { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
  };
  const read = (bytes: Uint8Array, vocabulary = words) =>
    readQueryTable({ name: 't', like: 'm' }, bytes, vocabulary);

  it('reads rows, scales and tokens', () =>
    expect(read(file(good, 16))).toMatchObject({ dimensions: 4, vocabulary: ['a', 'b'] }));

  it.each([
    ['nothing', new Uint8Array()],
    ['no header', new Uint8Array(64).fill(1)],
    ['other tensors', file({ weights: good['rows.scale'] }, 16)],
    ['an early end', file(good, 15)],
    ['other types', file({ ...good, 'rows.scale': { ...good['rows.scale'], dtype: 'F16' } }, 16)],
  ])('refuses %s', (_, bytes) =>
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' })),
  );

  it('refuses a vocabulary of another size', () =>
    expect(() => read(file(good, 16), 'a\n')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' })));
});

describe('rows', () => {
  const bytes = writeRow(row('bread'), 0.01, 'bread');

  it('know their token and their bytes', () => {
    const sum = new Float64Array(dimensions);
    expect(() => addRow(sum, bytes, 'butter', 'rows')).toThrow(INTEGRITY);
    expect(() => addRow(sum, bytes.slice(1), 'bread', 'rows')).toThrow(INTEGRITY);
    for (const at of [0, 5, 20, bytes.length - 1]) {
      const broken = bytes.slice();
      broken[at]! ^= 1;
      expect(() => addRow(sum, broken, 'bread', 'rows')).toThrow(INTEGRITY);
    }
    expect(sum.every((value) => value === 0)).toBe(true);
  });
});

describe('vectors', () => {
  const vector = normalise(Array.from({ length: 20 }, (_, at) => Math.sin(at * 3)));

  it('scores signs as the dot product with ±1', () => {
    const query = normalise(Array.from({ length: 20 }, (_, at) => Math.cos(at)));
    const bits = new Uint8Array([...signs(vector), ...signs(query)]);
    const plain = (other: Float32Array): number =>
      other.reduce((sum, value, at) => sum + (value > 0 ? 1 : -1) * query[at]!, 0) / Math.sqrt(20);
    const scores = signScores(query, bits);
    expect(scores[0]).toBeCloseTo(plain(vector), 5);
    expect(scores[1]).toBeCloseTo(plain(query), 5);
  });

  it('come back from eight bits, and know their passage', () => {
    const bytes = writeVectorRow(vector, 7);
    expect(cosine(readVectorRow(bytes, 7, 'vectors'), vector)).toBeGreaterThan(0.9999);
    expect(() => readVectorRow(bytes, 8, 'vectors')).toThrow(INTEGRITY);
    expect(() => readVectorRow(bytes.slice(0, 20), 7, 'vectors')).toThrow(INTEGRITY);
    expect(() => readVectorRow(new Uint8Array(3), 7, 'vectors')).toThrow(INTEGRITY);
  });
});
