import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryTableDirectory } from '@nearfield/model-minilm-query-table/build';
import { cosine, dot, normalise } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { minilmQueryTable } from '../../test/query-table.ts';
import { ByteReader, ByteWriter } from '../format/bytes.ts';
import { piecesOf, RareTokens } from './rare-tokens.ts';
import { readQueryTable } from './safetensors.ts';
import { orderTokens, readFirstTokens, tokenBlocks, tokensInOrder, writeFirstTokens } from './token-order.ts';
import { addRow, checkRow, RowWriter } from './token-rows.ts';
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
const vectorOf = (tokens: readonly string[]): Float32Array => {
  const sum = new Float64Array(dimensions);
  for (const token of tokens) {
    const scale = table.scale[rowOf.get(token)!]!;
    for (const [at, value] of row(token).entries()) sum[at]! += value * scale;
  }
  return normalise(sum);
};
const INTEGRITY = expect.objectContaining({ code: 'INTEGRITY_MISMATCH' });

describe.each(goldens)('golden "$text"', ({ text, tokens, first8 }) => {
  it('has the card’s tokens', () => expect(pieces(text).map((token) => rowOf.get(token))).toEqual(tokens));

  it('has the card’s vector', () => {
    const vector = vectorOf(pieces(text));
    for (const [at, value] of first8.entries()) expect(vector[at]).toBeCloseTo(value, 4);
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
  const words = 'bread butter oven server network packet disk file kitchen toast loaf engine road'.split(' ');
  const passages = words.map((word) => vectorOf(pieces(word)));
  const all = {
    vectors: Float32Array.from(passages.flatMap((vector) => [...vector])),
    bits: new Uint8Array(passages.flatMap((vector) => [...signs(vector)])),
  };
  const scoresOf = (tokens: readonly string[], top: number): Float32Array => {
    const shape = { top, passages: passages.length };
    const writer = new RowWriter(table, shape, all);
    const scores = new Float32Array(passages.length);
    for (const token of tokens) addRow(scores, writer.write(rowOf.get(token)!), shape);
    return scores;
  };

  it('add up to how near each passage is to the query', () => {
    const tokens = pieces('fresh bread from the kitchen');
    const scores = scoresOf(tokens, passages.length);
    const exact = Float32Array.from(passages, (vector) => dot(vector, vectorOf(tokens)));
    // The length of the query's vector and the mean are left out: neither changes the order.
    const order = (values: Float32Array): number[] =>
      [...values.keys()].sort((a, b) => values[b]! - values[a]!);
    expect(order(scores).slice(0, 5)).toEqual(order(exact).slice(0, 5));
    expect(words[order(scores)[0]!]).toBe('bread');
  });

  it('have the best passages alone', () => {
    const scores = scoresOf(['bread'], 3);
    const exact = passages.map((vector) => dot(vector, vectorOf(['bread'])));
    expect([...scores.keys()].filter((passage) => scores[passage]! > 0)).toHaveLength(3);
    expect(scores[exact.indexOf(Math.max(...exact))]).toBe(Math.max(...scores));
  });

  it('know their token and their bytes', () => {
    const shape = { top: 3, passages: passages.length };
    const bytes = new RowWriter(table, shape, all).write(rowOf.get('bread')!);
    checkRow(bytes, shape, 'bread', 'rows');
    expect(() => checkRow(bytes, shape, 'butter', 'rows')).toThrow(INTEGRITY);
    expect(() => checkRow(bytes.slice(1), shape, 'bread', 'rows')).toThrow(INTEGRITY);
    for (const at of [0, 5, 10, bytes.length - 1]) {
      const broken = bytes.slice();
      broken[at]! ^= 1;
      expect(() => checkRow(broken, shape, 'bread', 'rows')).toThrow(INTEGRITY);
    }
  });

  it('name passages behind the first 65,536', () => {
    const many = 65_540;
    const bits = new Uint8Array(many * 48);
    bits.set(signs(vectorOf(['bread'])), (many - 1) * 48);
    const vectors = new Float32Array(many * dimensions);
    vectors.set(vectorOf(['bread']), (many - 1) * dimensions);
    const shape = { top: 1, passages: many };
    const scores = new Float32Array(many);
    addRow(scores, new RowWriter(table, shape, { vectors, bits }).write(rowOf.get('bread')!), shape);
    expect(scores.findIndex((score) => score > 0)).toBe(many - 1);
  });
});

describe('the order of tokens', () => {
  it('comes back from the words of the site, the first tokens and the others', () => {
    const tokens = table.vocabulary.slice(2000, 14_000);
    const site = tokens.filter((_, index) => index % 3 === 0 && !tokens[index]!.startsWith('##'));
    const order = orderTokens(tokens, (token) => site.includes(token));
    const sorted = [...site, 'unheardof'].sort();
    const writer = new ByteWriter();
    writeFirstTokens(writer, sorted, order);
    const first = readFirstTokens(new ByteReader(writer.finish(), 'x'), sorted);
    expect(first.size).toBe(256 + 512 + 1024 + 2048 + 4096);
    expect([...first.keys(), ...order.others]).toEqual(tokensInOrder(order));
    expect(tokensInOrder(order).sort()).toEqual([...tokens].sort());
    expect(order.groups[0]!.toSorted()).toEqual(tokens.slice(0, 256).sort());
  });

  it('of rare ones is read in the blocks that a word needs', async () => {
    const others = table.vocabulary.slice(8000);
    const { first, blocks } = tokenBlocks({ others });
    const loads: number[][] = [];
    const rare = new RareTokens(
      first,
      async (numbers) => {
        loads.push([...numbers]);
        return new Map(numbers.map((number) => [number, blocks[number]!]));
      },
      'terms',
    );
    expect(rare.placeOf(others[700]!)).toBeUndefined();
    await rare.load([others[700]!, others[700]!]);
    expect(rare.placeOf(others[700]!)).toBe(700);
    expect(loads).toHaveLength(1);
    expect(loads[0]).toHaveLength(1);
    await rare.load([others[700]!, '!']);
    expect(loads).toHaveLength(1);
    const word = 'zwyxthoggle';
    await rare.load(piecesOf(word));
    const known = new Set(others);
    expect(wordPieces(word, (token) => rare.placeOf(token) !== undefined)).toEqual(
      wordPieces(word, (token) => known.has(token)),
    );
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
