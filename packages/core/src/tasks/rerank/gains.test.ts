/**
 * What each embedded reranker gains over the ranking by single vectors, and where it gains nothing: three small sets of
 * our own, the same figures as in docs/rerank.md.
 */
import { readFile } from 'node:fs/promises';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOCUMENTATION } from '../../../test/fixtures/rerank/documentation.ts';
import { HELP_PAGES } from '../../../test/fixtures/rerank/help-passages.ts';
import type { LabelledPage } from '../../../test/fixtures/rerank/labelled-page.ts';
import { MANUAL_PAGES } from '../../../test/fixtures/rerank/manual-passages.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';

const directory = temporaryDirectory('gains');
let foundation: LocalFoundation;
beforeAll(async () => {
  foundation = createNodeFoundation({
    dataDirectory: directory,
    models: [
      { id: EMBEDDER, source: miniLMDirectory() },
      { id: RERANKER, source: miniLMRerankerDirectory() },
    ],
  });
});
afterAll(async () => {
  await foundation.close();
});

/** A question with its candidates, and the index of the right one among them; −1 if it is not there. */
interface Case {
  question: string;
  candidates: readonly string[];
  right: number;
}

interface Ranking {
  recall: number;
  reciprocalRank: number;
}

const vectors = new Map<string, Float32Array>();

/** Vectors of texts, each embedded once. */
async function vectorsOf(texts: readonly string[]): Promise<Float32Array[]> {
  const input = [...new Set(texts)].filter((text) => !vectors.has(text));
  if (input.length > 0) {
    const { data } = await foundation.embeddings({ model: EMBEDDER, input, truncate: true });
    data.forEach(({ embedding }, index) => {
      vectors.set(input[index]!, embedding);
    });
  }
  return texts.map((text) => vectors.get(text)!);
}

const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

/** Indices of scores, best first. */
const ordered = (scores: readonly number[]): number[] =>
  scores.map((_, index) => index).sort((left, right) => scores[right]! - scores[left]!);

/** The candidates of a page's questions are its ten passages. */
const ofPages = (pages: readonly LabelledPage[]): Case[] =>
  pages.flatMap(({ passages, questions }) =>
    questions.map(([question, right]) => ({ question, candidates: passages, right })),
  );

/** Every second name is asked; its candidates are the ten docstrings, of all, that are nearest by their vectors. */
async function ofDocumentation(): Promise<Case[]> {
  const names = await vectorsOf(DOCUMENTATION.map(([name]) => name));
  const texts = await vectorsOf(DOCUMENTATION.map(([, text]) => text));
  const cases = DOCUMENTATION.map(([question], own) => {
    const nearest = ordered(texts.map((text) => dot(names[own]!, text))).slice(0, 10);
    return {
      question,
      candidates: nearest.map((index) => DOCUMENTATION[index]![1]),
      right: nearest.indexOf(own),
    };
  });
  return cases.filter((_, index) => index % 2 === 0);
}

async function measure(cases: readonly Case[], rank: (each: Case) => Promise<number[]>): Promise<Ranking> {
  let [first, reciprocal] = [0, 0];
  for (const each of cases) {
    const at = (await rank(each)).indexOf(each.right);
    if (at === 0) first++;
    if (at >= 0) reciprocal += 1 / (at + 1);
  }
  return { recall: first / cases.length, reciprocalRank: reciprocal / cases.length };
}

const byVectors = async ({ question, candidates }: Case): Promise<number[]> => {
  const [asked, ...texts] = await vectorsOf([question, ...candidates]);
  return ordered(texts.map((text) => dot(asked!, text)));
};

const byReranker =
  (model: string, fusion?: boolean) =>
  async ({ question, candidates }: Case): Promise<number[]> => {
    const { results } = await foundation.rerank({ model, query: question, documents: candidates, fusion });
    return results.map(({ index }) => index);
  };

/** Every ranking of a set. */
async function measureAll(cases: readonly Case[]): Promise<Record<string, Ranking>> {
  return {
    'single vectors': await measure(cases, byVectors),
    'late interaction': await measure(cases, byReranker(EMBEDDER)),
    'cross-encoder': await measure(cases, byReranker(RERANKER, false)),
    'cross-encoder + 8 · cosine': await measure(cases, byReranker(RERANKER)),
  };
}

/** Figures of one set in docs/rerank.md, by ranking: recall@1 and MRR@10. */
async function stated(set: string): Promise<Record<string, Ranking>> {
  const text = await readFile(new URL('../../../../../docs/rerank.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split(`### ${set}\n`);
  const rows = section
    .split('\n#')[0]!
    .matchAll(/^\|\s*([^|]+?)\s*\|\s*(\.\d{2}|1\.00)\s*\|\s*(\.\d{2}|1\.00)\s*\|$/gm);
  return Object.fromEntries(
    [...rows].map(([, name, recall, rank]) => [
      name!,
      { recall: Number(recall), reciprocalRank: Number(rank) },
    ]),
  );
}

/** The page says what is measured here; one question of thirty may fall otherwise on another processor. */
async function expectAsStated(set: string, measured: Record<string, Ranking>): Promise<void> {
  const published = await stated(set);
  expect(Object.keys(published)).toEqual(Object.keys(measured));
  for (const [name, { recall, reciprocalRank }] of Object.entries(measured)) {
    expect(Math.abs(published[name]!.recall - recall), `recall@1 of ${name}: ${recall}`).toBeLessThan(0.04);
    expect(
      Math.abs(published[name]!.reciprocalRank - reciprocalRank),
      `MRR of ${name}: ${reciprocalRank}`,
    ).toBeLessThan(0.03);
  }
}

it('documentation: each reranker gains', async () => {
  const measured = await measureAll(await ofDocumentation());
  const {
    'single vectors': alone,
    'late interaction': late,
    'cross-encoder': cross,
    'cross-encoder + 8 · cosine': fused,
  } = measured;
  for (const ranking of [late!, cross!, fused!]) {
    expect(ranking.recall).toBeGreaterThan(alone!.recall + 0.03);
    expect(ranking.reciprocalRank).toBeGreaterThan(alone!.reciprocalRank + 0.03);
  }
  expect(fused!.reciprocalRank).toBeGreaterThan(alone!.reciprocalRank + 0.06);
  await expectAsStated('Documentation', measured);
}, 300_000);

it.each([
  ['Manual searches', MANUAL_PAGES],
  ['Everyday questions', HELP_PAGES],
])(
  '%s: the cross-encoder does not gain, which the page says too',
  async (set, pages) => {
    const cases = ofPages(pages);
    expect(cases).toHaveLength(30);
    const measured = await measureAll(cases);
    const { 'cross-encoder': cross, 'cross-encoder + 8 · cosine': fused } = measured;
    expect(fused!.reciprocalRank).toBeGreaterThan(cross!.reciprocalRank);
    await expectAsStated(set, measured);
  },
  300_000,
);
