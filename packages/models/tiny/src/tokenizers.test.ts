import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { llamaBpe, qwenBpe, robertaBpe, wordPiece, xlmRoberta } from './tokenizers.ts';

const TEXTS = [
  'What is the capital of France?',
  'Organic skincare — for "sensitive" skin, with aloe vera (100%).',
  '  spaces   and\ttabs, \n\n newlines ',
  "It's Ünïcödé: äöü, 日本語, 🚀 and e\u0301.",
  'function add(left, right) { return left + right; }',
  'zzz qqq xkcd 12345 a',
  '',
];

describe.each(Object.entries({ wordPiece, robertaBpe, xlmRoberta, qwenBpe, llamaBpe }))('%s', (_, make) => {
  const { json, config, bare, around, pair, vocabulary } = make();
  const tokenizer = new Tokenizer(json, config);

  it.each(TEXTS)('reads %j like a library that knows its file', (text) => {
    const ids = text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids;
    expect(bare(text)).toEqual(ids);
    expect(Math.max(0, ...ids)).toBeLessThan(vocabulary);
  });

  it('surrounds a text with its special tokens', () => {
    const [before, after] = around;
    expect(tokenizer.encode('find it').ids).toEqual([...before, ...bare('find it'), ...after]);
  });

  it('joins a pair', () => {
    const found = tokenizer.encode('find', { text_pair: 'it' }).ids;
    if (around[0].length + around[1].length === 0) return;
    expect(found).toEqual([...around[0], ...bare('find'), ...pair.middle, ...bare('it'), ...pair.after]);
  });
});
