import type { SearchFoundation } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { FUSION_WEIGHTS, fuse as fusion, momentsOf } from './fusion.ts';
import { rerank } from './rerank.ts';

const keyword = (passage: number, score: number) => ({ passage, score });
const fuse = (
  keywords: readonly { passage: number; score: number }[],
  similarities: Float32Array | undefined,
  weights = FUSION_WEIGHTS,
) => [
  ...fusion(
    {
      passages: Uint32Array.from(keywords, ({ passage }) => passage),
      scores: Float32Array.from(keywords, ({ score }) => score),
    },
    similarities && momentsOf(similarities),
    weights,
  ),
];
const flat = Float32Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 0.1 : -0.1));
const withPeak = (passage: number): Float32Array =>
  flat.map((value, index) => (index === passage ? 0.6 : value));

describe('fuse', () => {
  it('does not let a stray word drown meaning', () =>
    expect(fuse([keyword(3, 0.25)], withPeak(40))[0]).toMatchObject({ passage: 40, keywords: 0 }));

  it('lets all words of a query win over meaning', () =>
    expect(fuse([keyword(4, 0.95)], withPeak(40))[0]).toMatchObject({ passage: 4 }));

  it('puts first what has both', () => {
    const [first] = fuse([keyword(3, 0.5), keyword(40, 0.5)], withPeak(40));
    expect(first!.passage).toBe(40);
    expect(first!.score).toBeCloseTo(first!.keywords + first!.meaning);
  });

  it('goes by one part where the other is missing, says nothing or weighs nothing', () => {
    expect(fuse([keyword(3, 0.2), keyword(1, 0.4)], undefined).map(({ passage }) => passage)).toEqual([1, 3]);
    expect(fuse([], withPeak(7))[0]!.passage).toBe(7);
    expect(fuse([keyword(2, 0.5)], new Float32Array(5))).toMatchObject([{ passage: 2 }]);
    expect(fuse([keyword(2, 0.1)], withPeak(7), { ...FUSION_WEIGHTS, meaning: 0 })).toHaveLength(1);
  });
});

describe('evaluate', () => {
  it('counts the first right document, each document once', async () => {
    const ranked: Record<string, string[]> = {
      first: ['a', 'b'],
      third: ['x', 'x', 'y', 'b', 'a'],
      late: ['1', '2', '3', '4', '5', 'a'],
      never: ['x'],
    };
    const queries = Object.keys(ranked).map((question) => ({ question, answers: ['a', 'b'] }));
    const quality = await evaluate(queries, async (question) => ranked[question]!);
    expect(quality).toMatchObject({ top1: 0.25, top5: 0.5 });
    expect(quality.mrr).toBeCloseTo((1 + 1 / 3 + 1 / 6 + 0) / 4, 10);
    expect(quality.failed).toEqual([
      { question: 'late', rank: 6 },
      { question: 'never', rank: undefined },
    ]);
    expect(await evaluate([], async () => [])).toMatchObject({ mrr: 0 });
  });
});

describe('rerank', () => {
  const document = (number: number, keywords: number, meaning: number) => ({
    document: number,
    score: keywords + meaning,
    passages: [{ passage: number, score: keywords + meaning, keywords, meaning }],
  });
  /** A reranker that finds the second document likelier by four to one. */
  const foundation = {
    rerank: async () => ({
      results: [
        { index: 1, relevance_score: 0.8 },
        { index: 0, relevance_score: 0.5 },
      ],
    }),
  } as unknown as Pick<SearchFoundation, 'rerank'>;
  const order = async (first: [number, number], second: [number, number]): Promise<number[]> => {
    const documents = [document(0, ...first), document(1, ...second)];
    const found = await rerank('x', documents, async () => 'x', { foundation, model: 'm' }, undefined);
    return found.documents.map((each) => each.document);
  };

  it('decides among documents that have few words of the query', async () =>
    expect(await order([0, 0.7], [0, 0.6])).toEqual([1, 0]));

  it('leaves first what has the words of the query', async () => {
    expect(await order([0.8, 0.5], [0.7, 0.5])).toEqual([0, 1]);
    expect(await order([0, 0.9], [0, 0.6])).toEqual([0, 1]);
  });
});
