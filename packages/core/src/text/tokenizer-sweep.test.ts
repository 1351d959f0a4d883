import { TOKENIZERS } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import {
  againstRust,
  againstTiktoken,
  beginnings,
  codePoints,
  compare,
  FAMILIES,
  randomFrom,
  randomTexts,
} from '../../test/tokenizer-sweep.ts';

/** Every 401st code point, which comes to all blocks, and the borders of what tokenisers treat apart. */
function* someCodePoints(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code += 401) yield* codePoints(code, code);
  for (const code of [0x85, 0xa0, 0x2028, 0x200b, 0xfeff, 0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xf900, 0xfaff]) {
    yield* codePoints(code - 1, code + 1);
  }
  for (const code of [
    0x20000, 0x2a6df, 0x2a700, 0x2b73f, 0x2b740, 0x2b81f, 0x2b820, 0x2b920, 0x2ceaf, 0x2f800,
  ]) {
    yield* codePoints(code - 1, code + 1);
  }
  for (const code of [0x2fa1f, 0x166d, 0x1734, 0x898, 0x8e2, 0x111c9, 0x3a3, 0x130, 0xfdfa])
    yield* codePoints(code, code);
}

// The whole sweep is `npm run sweep`.
describe.each(Object.keys(FAMILIES))('%s', (name) => {
  const pair = againstRust(name, FAMILIES[name]!());

  it.each([
    ['code points', someCodePoints],
    ['random texts', () => randomTexts(1, 600)],
    ['beginnings of files', beginnings],
  ])('reads %s as the Rust tokenisers', async (_, texts) => {
    const { compared, differences } = await compare(pair, texts());
    expect(compared).toBeGreaterThan(100);
    expect(differences).toEqual([]);
  });
});

describe.each(TOKENIZERS)('%s', (name) => {
  it('reads code points, random texts and beginnings of files as tiktoken', async () => {
    const pair = await againstTiktoken(name);
    for (const texts of [someCodePoints(), randomTexts(2, 300), beginnings()]) {
      expect((await compare(pair, texts)).differences).toEqual([]);
    }
  });
});

it('has 136 beginnings and the same random texts for the same seed', () => {
  expect(new Set(beginnings()).size).toBe(beginnings().length);
  expect(beginnings()).toHaveLength(136);
  expect([...randomTexts(5, 20)]).toEqual([...randomTexts(5, 20)]);
  expect(randomFrom(1)()).not.toBe(randomFrom(2)());
});
