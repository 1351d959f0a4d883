/**
 * How far one machine's memory goes: exact vector search among 10,000 to 1,000,000 passages, and whole searches in a
 * live index. Prints the tables of docs/search-scale.md.
 *
 *     npx tsx --conditions @nearfield/source e2e/bench/search-scale.ts 10000 100000 1000000
 */
import type { EmbeddingsRequest, SearchFoundation } from '@nearfield/spec';
import { openLiveIndex } from '../../packages/search/src/live/node.ts';
import { quantize } from '../../packages/search/src/live/vectors/quantized.ts';
import { VectorTable } from '../../packages/search/src/live/vectors/vector-table.ts';

const DIMENSIONS = 384;
const QUERIES = 40;
/** Searches before those that are timed. */
const WARM_UP = 5;
const LIMIT = 10;

/** Normally distributed numbers, the same on every run. */
function generator(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const gauss = generator(11);
const write = (target: Float32Array, make: (at: number) => number): void => {
  let squares = 0;
  for (let at = 0; at < target.length; at++) {
    target[at] = make(at);
    squares += target[at]! ** 2;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let at = 0; at < target.length; at++) target[at]! *= scale;
};

/** Vectors around as many centres as a site has subjects, or around none. */
function vectorMaker(kind: 'random' | 'clustered', centres: number): (target: Float32Array) => void {
  if (kind === 'random') return (target) => write(target, gauss);
  const all = Float32Array.from({ length: centres * DIMENSIONS }, gauss);
  let next = 0;
  return (target) => {
    const from = (next++ % centres) * DIMENSIONS;
    write(target, (at) => all[from + at]! + 0.8 * gauss());
  };
}

const percentile = (values: number[], share: number): number =>
  values.sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

function measureVectors(kind: 'random' | 'clustered', count: number): void {
  const make = vectorMaker(kind, Math.ceil(count / 250));
  const floats = new Float32Array(count * DIMENSIONS);
  const table = new VectorTable(DIMENSIONS);
  for (let row = 0; row < count; row++) {
    const vector = floats.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    make(vector);
    table.set(row, quantize(vector));
  }
  const times: number[] = [];
  const floatTimes: number[] = [];
  let hits = 0;
  for (let number = 0; number < QUERIES + WARM_UP; number++) {
    const query = new Float32Array(DIMENSIONS);
    make(query);
    const start = performance.now();
    const { rows } = table.nearest(query, { limit: LIMIT });
    const between = performance.now();
    const expected = bestByFloats(floats, query);
    if (number < WARM_UP) continue;
    times.push(between - start);
    floatTimes.push(performance.now() - between);
    hits += rows.filter((row) => expected.has(row)).length;
  }
  const bits = (count * DIMENSIONS) / 8 / 1e6;
  console.log(
    `| ${count.toLocaleString('en')} | ${kind} | ${bits.toFixed(1)} MB | ${(table.bytes / 1e6).toFixed(0)} MB | ${percentile(times, 0.5).toFixed(1)} | ${percentile(times, 0.95).toFixed(1)} | ${percentile(floatTimes, 0.5).toFixed(0)} | ${(hits / (QUERIES * LIMIT)).toFixed(4)} |`,
  );
}

function bestByFloats(floats: Float32Array, query: Float32Array): Set<number> {
  const best: { row: number; score: number }[] = [];
  for (let row = 0, at = 0; at < floats.length; row++) {
    let score = 0;
    for (let each = 0; each < DIMENSIONS; each++) score += floats[at++]! * query[each]!;
    if (best.length === LIMIT && score <= best[LIMIT - 1]!.score) continue;
    best.push({ row, score });
    best.sort((left, right) => right.score - left.score);
    best.length = Math.min(best.length, LIMIT);
  }
  return new Set(best.map(({ row }) => row));
}

/** Texts of words as frequent as those of a language (Zipf), 60 words each. */
function textMaker(): () => string {
  const uniform = generator(5);
  return () =>
    Array.from({ length: 60 }, () => {
      const rank = Math.floor(Math.exp(Math.abs(uniform()) * 4));
      return `word${Math.min(60_000, rank).toString(36)}`;
    }).join(' ');
}

async function measureIndex(count: number): Promise<void> {
  const make = vectorMaker('clustered', Math.ceil(count / 250));
  const foundation = {
    embeddings: async ({ input }: EmbeddingsRequest) => ({
      data: [input].flat().map((_, index) => {
        const embedding = new Float32Array(DIMENSIONS);
        // The texts that a model is known by, always the same.
        if ([input].flat().length === 2) write(embedding, (at) => Math.sin(at + index));
        else make(embedding);
        return { index, embedding };
      }),
    }),
  } as unknown as Pick<SearchFoundation, 'embeddings'>;
  const text = textMaker();
  globalThis.gc?.();
  const before = process.memoryUsage();
  const index = await openLiveIndex({
    name: 'scale',
    directory: process.env.NEARFIELD_SCALE_DIRECTORY,
    foundation: { embeddings: foundation.embeddings },
    model: 'benchmark',
  });
  const start = performance.now();
  for (let at = 0; at < count; at += 1000) {
    const documents = Array.from({ length: Math.min(1000, count - at) }, (_, each) => ({
      id: `d${at + each}`,
      title: `Page ${at + each}`,
      text: text(),
    }));
    await index.add(documents);
  }
  const adding = performance.now() - start;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const times: number[] = [];
  const query = new Float32Array(DIMENSIONS);
  for (let number = 0; number < QUERIES + WARM_UP; number++) {
    make(query);
    const words = text().split(' ').slice(0, 3).join(' ');
    const begin = performance.now();
    await index.search(words, { meaning: query });
    if (number >= WARM_UP) times.push(performance.now() - begin);
  }
  console.log(
    `| ${count.toLocaleString('en')} | ${(used / 1e6).toFixed(0)} MB | ${((count / adding) * 1000).toFixed(0)} | ${percentile(times, 0.5).toFixed(0)} | ${percentile(times, 0.95).toFixed(0)} |`,
  );
  await index.close();
}

const counts = process.argv.slice(2).map(Number);
console.log(
  '| passages | vectors | signs | with 16-bit rows | ms, median | ms, p95 | floats alone, ms | recall@10 |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const count of counts) for (const kind of ['random', 'clustered'] as const) measureVectors(kind, count);
console.log('\n| passages | memory | documents a second | search, ms, median | p95 |');
console.log('| --- | --- | --- | --- | --- |');
for (const count of counts.filter((each) => each <= 100_000)) await measureIndex(count);
