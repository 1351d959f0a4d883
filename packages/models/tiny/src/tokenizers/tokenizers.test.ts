import { Tokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { llamaBpe, qwenBpe } from './byte-level-bpe.ts';
import { robertaBpe } from './roberta.ts';
import { wordPiece } from './word-piece.ts';
import { xlmRoberta } from './xlm-roberta.ts';

const TEXTS = [
  'What is the capital of France?',
  'Organic skincare — for "sensitive" skin, with aloe vera (100%).',
  '  spaces   and\ttabs, \n\n newlines ',
  "It's Ünïcödé: äöü, 日本語, 🚀 and e\u0301.",
  'function add(left, right) { return left + right; }',
  'zzz qqq xkcd 12345 a',
  'a\u{20000}b \u3400c\uf900d \u{2a6df}\u{2f800} \u{2b740}x',
  '\ufeffmark, a\u0085line, a\u00a0gap, a\u3000wide one, \u200bnone',
  'ΟΔΟΣ ΟΔΟΣ. İI ﬁne ½ ①',
  '',
];

describe.each(Object.entries({ wordPiece, robertaBpe, xlmRoberta, qwenBpe, llamaBpe }))('%s', (_, make) => {
  const { json, bare, around, pair, vocabulary } = make();
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));

  it.each(TEXTS)('reads %j like the tokenisers that published files are made for', async (text) => {
    const ids = (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
    expect(bare(text)).toEqual(ids);
    expect(Math.max(0, ...ids)).toBeLessThan(vocabulary);
  });

  it('surrounds a text with its special tokens', async () => {
    const [before, after] = around;
    expect((await tokenizer.encode('find it')).getIds()).toEqual([...before, ...bare('find it'), ...after]);
  });

  it('joins a pair', async () => {
    const found = (await tokenizer.encode('find', 'it')).getIds();
    if (around[0].length + around[1].length === 0) return;
    expect(found).toEqual([...around[0], ...bare('find'), ...pair.middle, ...bare('it'), ...pair.after]);
  });
});
