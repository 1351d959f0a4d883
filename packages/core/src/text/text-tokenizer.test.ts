import {
  llamaBpe,
  qwenBpe,
  robertaBpe,
  type TinyTokenizer,
  wordPiece,
  xlmRoberta,
} from '@nearfield/model-tiny';
import { describe, expect, it } from 'vitest';
import { TextTokenizer } from './text-tokenizer.ts';

const open = ({ json, config }: TinyTokenizer): TextTokenizer =>
  new TextTokenizer(JSON.stringify(json), JSON.stringify(config));

const TEXTS = ['Follow the white rabbit.', 'search', 'What is the capital of France?'];

describe.each(Object.entries({ wordPiece, robertaBpe, xlmRoberta, qwenBpe, llamaBpe }))('%s', (_, make) => {
  const tiny = make();
  const tokenizer = open(tiny);

  it('surrounds a text with the model’s special tokens', () => {
    expect(Array.from(tokenizer.prefix)).toEqual(tiny.around[0]);
    expect(Array.from(tokenizer.suffix)).toEqual(tiny.around[1]);
    const { ids, fullLength } = tokenizer.encode(TEXTS[0]!, 512);
    expect(Array.from(ids)).toEqual([...tiny.around[0], ...tiny.bare(TEXTS[0]!), ...tiny.around[1]]);
    expect(fullLength).toBe(ids.length);
  });

  it('cuts texts, never their special tokens', () => {
    const { fullLength } = tokenizer.encode(TEXTS[0]!, 512);
    const cut = tokenizer.encode(TEXTS[0]!, 5);
    expect(cut.ids).toHaveLength(5);
    expect(cut.fullLength).toBe(fullLength);
    const { length } = tiny.around[1];
    expect(Array.from(cut.ids.slice(5 - length))).toEqual(tiny.around[1]);
  });

  it('says which tokens of a joined sequence are whose', () => {
    const { ids, spans } = tokenizer.encodeJoined(TEXTS, 512);
    expect(spans).toHaveLength(TEXTS.length);
    spans.forEach(({ start, end }, index) => {
      expect(Array.from(ids.slice(start, end))).toEqual(tiny.bare(TEXTS[index]!));
    });
    expect(spans[0]!.start).toBe(tiny.around[0].length);
    expect(spans.at(-1)!.end).toBe(ids.length - tiny.around[1].length);
  });

  it('leaves a prompt out of the first text’s span', () => {
    const { ids, spans } = tokenizer.encodeJoined(TEXTS, 512, 'Query: ');
    const whole = tiny.bare(`Query: ${TEXTS[0]}`);
    const { start, end } = spans[0]!;
    expect(Array.from(ids.slice(tiny.around[0].length, end))).toEqual(whole);
    expect(start).toBeGreaterThan(tiny.around[0].length);
    expect(
      tokenizer
        .decode(Array.from(ids.slice(start, end)))
        .trim()
        .toLowerCase(),
    ).toContain('follow');
    expect(tokenizer.decode(Array.from(ids.slice(start, end))).toLowerCase()).not.toContain('query');
  });

  it('ends spans where a joined sequence is cut', () => {
    const { ids, spans, fullLength } = tokenizer.encodeJoined(TEXTS, 9);
    expect(ids).toHaveLength(9);
    expect(fullLength).toBeGreaterThan(9);
    const last = 9 - tiny.around[1].length;
    expect(spans.every(({ start, end }) => start <= end && end <= last)).toBe(true);
    expect(spans.at(-1)).toEqual({ start: last, end: last });
  });

  it('reads the beginning of a text as it reads the whole', () => {
    const long = `${TEXTS.join(' ')} `.repeat(400);
    for (const [text, most] of [
      [TEXTS[0]!, 512],
      [TEXTS[0]!, 5],
      [long, 300],
    ] as const) {
      const { ids, fullLength } = tokenizer.encode(text, most);
      expect(tokenizer.read(text, most)).toEqual({ ids, isWhole: fullLength <= most });
      expect([...tokenizer.parts(text)].flat()).toEqual(tokenizer.encodeBare(text));
    }
    for (const prompt of ['', 'Query: ']) {
      for (const most of [9, 300, 1_000_000]) {
        const texts = [TEXTS[1]!, long, TEXTS[2]!];
        const { ids, spans, fullLength } = tokenizer.encodeJoined(texts, most, prompt);
        expect(tokenizer.readJoined(texts, most, prompt)).toEqual({
          ids,
          spans,
          isWhole: fullLength <= most,
        });
      }
    }
  });

  it('names its tokens', () => {
    const { ids } = tokenizer.encode(TEXTS[0]!, 512);
    const tokens = tokenizer.tokensOf({ ids });
    expect(tokens).toHaveLength(ids.length);
    expect(tokens.map((token) => tokenizer.idOf(token))).toEqual(Array.from(ids));
  });

  it('knows its template of pairs', () => {
    const { start, middle, end, secondType } = tokenizer.pair;
    expect(Array.from(start)).toEqual(tiny.around[0]);
    expect(Array.from(middle)).toEqual(tiny.pair.middle);
    expect(Array.from(end)).toEqual(tiny.pair.after);
    expect(secondType).toBe(tiny.pair.type);
  });
});

it('refuses files that are no tokenizer', () => {
  expect(() => new TextTokenizer('{}')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  expect(() => new TextTokenizer('nonsense')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
});

it('does without tokenizer_config.json', () => {
  const { json } = wordPiece();
  const tokenizer = new TextTokenizer(JSON.stringify(json));
  expect(tokenizer.padId).toBe(0);
  expect(tokenizer.maxLength).toBeUndefined();
});
