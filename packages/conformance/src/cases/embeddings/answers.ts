import type { EmbeddingsRequest } from '@nearfield/spec';
import { expect } from 'vitest';
import { tokensOf } from '../../models.ts';
import { expectShape } from '../../openapi.ts';
import type { Subject } from '../../subject.ts';
import { cosine, expectNear, norm } from '../../vectors.ts';
import { caseOf, TEXTS, vectors } from './shared.ts';

/** Vectors of texts: shape, order, usage, and that no text depends on those beside it. */
export function answers(subject: Subject): void {
  const { minilm, v3, v5 } = subject.models;
  const test = caseOf(subject);
  const task = 'text-matching';

  test('one text: shape, names, usage', async (foundation) => {
    const answer = await foundation.embeddings({ model: minilm, input: 'hello world' });
    expectShape('EmbeddingResponse', answer);
    expect(answer).toMatchObject({ model: minilm, object: 'list' });
    expect(answer.usage).toEqual({ total_tokens: 4, prompt_tokens: 4 });
    expect(answer.data).toHaveLength(1);
    const [item] = answer.data;
    expect(Object.keys(item!).sort()).toEqual(['embedding', 'index', 'object']);
    expect(item).toMatchObject({ object: 'embedding', index: 0 });
    expect(item!.embedding).toBeInstanceOf(Float32Array);
    expect(item!.embedding).toHaveLength(384);
  });

  test('many texts: one vector each, in their order', async (foundation) => {
    const input = Array.from(
      { length: 40 },
      (_, index) => `text number ${index} ${'more '.repeat(index % 7)}`,
    );
    const { data, usage } = await foundation.embeddings({ model: v5.id, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
    data.forEach(({ embedding }, index) => {
      expectNear(embedding, v5.embed(input[index]!, { task }));
    });
    expect(usage.total_tokens).toBe(usage.prompt_tokens);
  });

  test('the embedded default gives its published values', async (foundation) => {
    const [hello] = await vectors(foundation, { model: minilm, input: ['hello world'] });
    // Computed in float32. With cosines of 0.997, numbers of int8 files scatter by 0.004 about these.
    expectNear(hello!.subarray(0, 5), [-0.0345, 0.0311, 0.0067, 0.0261, -0.0395], 0.016);
  });

  test('texts of one meaning are near', async (foundation) => {
    const [cat, kitten, tax] = await vectors(foundation, {
      model: minilm,
      input: ['a cat sleeps on the sofa', 'a kitten naps on the couch', 'income tax is due in April'],
    });
    expect(cosine(cat!, kitten!)).toBeGreaterThan(0.5);
    expect(cosine(cat!, tax!)).toBeLessThan(0.2);
  });

  test('usage counts prompts and special tokens', async (foundation) => {
    const prompt = 'Represent the query for retrieving evidence documents: ';
    const { usage } = await foundation.embeddings({ model: v3.id, input: TEXTS, task: 'retrieval.query' });
    const total = TEXTS.reduce((sum, text) => sum + tokensOf(v3, prompt + text), 0);
    expect(usage).toEqual({ total_tokens: total, prompt_tokens: total });
  });

  test('usage of texts alone has no image, audio or video tokens', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: v5.id, input: 'a' });
    expect(Object.keys(usage).sort()).toEqual(['prompt_tokens', 'total_tokens']);
  });

  for (const [name, input] of Object.entries<EmbeddingsRequest['input']>({
    'an object with text': { text: 'hello world' },
    'a list of one string': ['hello world'],
    'a list of one object': [{ text: 'hello world' }],
  })) {
    test(`${name} is the text`, async (foundation) => {
      const [expected] = await vectors(foundation, { model: minilm, input: 'hello world' });
      const [actual] = await vectors(foundation, { model: minilm, input });
      expect(actual).toEqual(expected);
    });
  }

  test('a text’s vector does not depend on the texts beside it', async (foundation) => {
    const together = await vectors(foundation, {
      model: minilm,
      input: [...TEXTS, 'a longer one '.repeat(20)],
    });
    for (const [index, text] of TEXTS.entries()) {
      const [alone] = await vectors(foundation, { model: minilm, input: text });
      expectNear(together[index]!, alone!, 2e-3);
      expect(cosine(together[index]!, alone!)).toBeGreaterThan(0.9999);
    }
  });

  test('nor on calls that run at the same time', async (foundation) => {
    const answers = await Promise.all(
      TEXTS.map((text) => vectors(foundation, { model: v3.id, input: [text, `${text} again`], task })),
    );
    answers.forEach(([vector], index) => {
      expectNear(vector!, v3.embed(TEXTS[index]!, { task }));
    });
  });

  test('the same text twice has the same vector twice', async (foundation) => {
    const [first, second] = await vectors(foundation, { model: v5.id, input: ['again', 'again'] });
    expect(first).toEqual(second);
  });

  for (const [name, text] of Object.entries({
    'an empty text': '',
    'white space': ' \n\t ',
    'a NUL': 'a\0b',
    'control characters': '\u0001\u0007\u001b[31m\u007f',
    'a lone surrogate': 'a\ud800b',
    'lone surrogates in the wrong order': '\udc00\ud800',
    'a joined emoji': '👩‍👩‍👧‍👦🏳️‍🌈',
    'combining marks': `e${'\u0301'.repeat(100)}`,
    'right to left': 'שלום עולם مرحبا',
    'bidirectional controls': 'a\u202eb\u2066c\u2069',
    'a byte order mark': '\ufeffa',
    'private use and non-characters': '\ue000\uffff\u{10ffff}',
    'special tokens of every family': '[CLS] <s> </s> <|endoftext|> [MASK] <|im_start|>',
    'mark-up': '<script>alert(1)</script>',
    'a property of every object': '__proto__',
  })) {
    test(`is answered for ${name}`, async (foundation) => {
      for (const model of [minilm, v5.id]) {
        const [vector] = await vectors(foundation, { model, input: [text] });
        expect(vector!.every(Number.isFinite)).toBe(true);
        expect(norm(vector!)).toBeCloseTo(1, 4);
      }
    });
  }
}
