import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  decodeVector,
  EmbeddingsBodySchema,
  embeddingsFromWire,
  parseResponse,
  toWire,
  type Wire,
} from './implement.ts';
import { FoundationError } from './index.ts';

const vector = Float32Array.of(0.1, -0.25, 3e-8, 1, -1234.5678, 0, 8388609, -0.0086874915);

describe('toWire', () => {
  it('writes float32 so that it reads back as the same float32, and no longer than needed', () => {
    const values = Array.from({ length: 20_000 }, (_, index) =>
      Math.fround(Math.sin(index) * 10 ** ((index % 20) - 10)),
    );
    const wire = toWire(Float32Array.from(values));
    expect(Float32Array.from(JSON.parse(JSON.stringify(wire)) as number[])).toEqual(
      Float32Array.from(values),
    );
    expect(JSON.stringify(toWire(vector))).toBe('[0.1,-0.25,3e-8,1,-1234.5677,0,8388609,-0.0086874915]');
  });

  it('turns every typed array of a response into a list and leaves out what is undefined', () => {
    const response = {
      data: [
        { embedding: { float: Float32Array.of(1), binary: Int8Array.of(-1), ubinary: Uint8Array.of(200) } },
      ],
      note: undefined,
      empty: null,
    };
    expect(toWire(response)).toEqual({
      data: [{ embedding: { float: [1], binary: [-1], ubinary: [200] } }],
      empty: null,
    });
    expectTypeOf<Wire<{ a: Float32Array; b: [string, number[]][]; c: 'list' }>>().toEqualTypeOf<{
      a: number[];
      b: (string | number[])[][];
      c: 'list';
    }>();
  });
});

describe('decodeVector', () => {
  it('takes base64 or floats for either', () => {
    const base64 = decodeVector([...vector], 'base64');
    expect(decodeVector(base64, 'float')).toEqual(vector);
    expect(decodeVector([...vector], 'float')).toEqual(vector);
    expect(decodeVector(base64, 'base64')).toBe(base64);
    expect(decodeVector([-78, 65, 0, 127], 'binary')).toEqual(Int8Array.of(-78, 65, 0, 127));
    expect(decodeVector([50, 193, 128, 255], 'ubinary')).toEqual(Uint8Array.of(50, 193, 128, 255));
  });

  it('refuses a string that is not base64', () => {
    expect(() => decodeVector('%%%', 'float')).toThrow(FoundationError);
  });
});

describe('embeddingsFromWire', () => {
  const body = (data: unknown[], usage: object = { total_tokens: 3 }) =>
    parseResponse(EmbeddingsBodySchema, { model: 'm', usage, data }, 'embeddings');

  it('decodes by what was asked', () => {
    const base64 = decodeVector([...vector], 'base64');
    const single = embeddingsFromWire(body([{ index: 0, embedding: base64 }]), 'float');
    expect(single).toEqual({
      model: 'm',
      object: 'list',
      usage: { total_tokens: 3, prompt_tokens: 3 },
      data: [{ object: 'embedding', index: 0, embedding: vector }],
    });
  });

  it('derives a list of encodings from one', () => {
    const base64 = decodeVector([...vector], 'base64');
    const { data } = embeddingsFromWire(body([{ index: 0, embedding: base64 }]), [
      'float',
      'base64',
      'binary',
      'ubinary',
    ]);
    expect(data[0]).toMatchObject({
      embedding: {
        float: vector,
        base64,
        // bits of (+ - + + - 0 + -) are 10110010
        ubinary: Uint8Array.of(0b1011_0010),
        binary: Int8Array.of(0b1011_0010 - 128),
      },
    });
  });

  it('keeps token weights, tokens and sub-counts', () => {
    const { data, usage } = embeddingsFromWire(
      body(
        [
          { index: 0, embedding: { berlin: 1.5, city: 0.5 } },
          { index: 1, embeddings: [[1, 2]], tokenized_input: ['a'] },
        ],
        { total_tokens: 9, prompt_tokens: 9, image_tokens: 4, audio_tokens: null },
      ),
      'float',
    );
    expect(data).toEqual([
      { object: 'embedding', index: 0, embedding: { berlin: 1.5, city: 0.5 } },
      { object: 'embeddings', index: 1, embeddings: [Float32Array.of(1, 2)], tokenized_input: ['a'] },
    ]);
    expect(usage).toEqual({ total_tokens: 9, prompt_tokens: 9, image_tokens: 4 });
  });

  it('reads token weights in both of the documented shapes, and token vectors under the singular name', () => {
    const sparse = (data: unknown[]) =>
      embeddingsFromWire(
        parseResponse(
          EmbeddingsBodySchema,
          { model: 'elser-v2', usage: { total_tokens: 2 }, data },
          'embeddings',
        ),
        'float',
      ).data;
    const weights = { berlin: 1.5, embedding: 0.5, index: 2 };
    const expected = [{ object: 'embedding', index: 0, embedding: weights }];
    expect(sparse([weights])).toEqual(expected);
    expect(sparse([{ object: 'embedding', index: 0, embedding: weights }])).toEqual(expected);
    expect(() => sparse([{ berlin: 'x' }])).toThrow(/data\.0\.berlin/);

    const { data } = embeddingsFromWire(
      body([
        {
          index: 0,
          embedding: [
            [1, 2],
            [3, 4],
          ],
        },
      ]),
      'float',
    );
    expect(data).toEqual([
      { object: 'embeddings', index: 0, embeddings: [Float32Array.of(1, 2), Float32Array.of(3, 4)] },
    ]);
  });

  it.each([
    [[{ index: 0 }], /data\.0\.embedding/],
    [[{ index: 'x', embedding: [1] }], /data\.0\.index/],
    [[{ index: 0, embedding: [1, '2'] }], /data\.0\.embedding/],
    [[{ index: 0, embeddings: [[1], null] }], /data\.0\.embeddings\.1/],
    [[null], /data\.0/],
  ])('names what is wrong: %j', (data, message) => {
    expect(() => body(data)).toThrow(
      expect.objectContaining({
        code: 'RESPONSE_INVALID',
        retryable: false,
        message: expect.stringMatching(message),
      }),
    );
  });
});
