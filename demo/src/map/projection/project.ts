import { UMAP } from 'umap-js';
import { namesOfGroups } from '../group-names.ts';
import { groupVectors } from './groups.ts';
import { type Neighbours, nearestNeighbours, type Turn } from './neighbours.ts';
import { principalComponents } from './pca.ts';
import { seededRandom } from './random.ts';
import { type Trustworthiness, trustworthiness } from './trustworthiness.ts';
import type { Vectors } from './vectors.ts';

/** What takes time in making a map, in order. */
export type Stage = 'neighbours' | 'layout' | 'quality';

/** Quality of both projections. */
export interface Quality {
  pca: Trustworthiness | undefined;
  umap: Trustworthiness | undefined;
}

/** What making a map reports, in order; `layout` many times, the last one with `final`. */
export type ProjectionEvent =
  | { type: 'pca'; positions: Float32Array; explained: number }
  | { type: 'groups'; groups: Uint8Array; names: string[] }
  | { type: 'progress'; stage: Stage; done: number; total: number }
  | { type: 'neighbours'; neighbours: Neighbours }
  | { type: 'layout'; positions: Float32Array; final: boolean }
  | { type: 'quality'; quality: Quality }
  | { type: 'done' };

export interface ProjectionOptions {
  /** Of the vectors, for the names of groups. */
  texts: readonly string[];
  groups: number;
  seed: number;
  /** Milliseconds between reports. @default 60 */
  interval?: number;
}

/** Neighbours of a point that shape the layout: UMAP's own default. */
const NEIGHBOURS = 15;

/** Fewer points have no structure that a layout could show. */
const FEWEST = 4;

/** Half of the square in which the layout starts, as UMAP has it. */
const START_RADIUS = 10;

/**
 * Makes a map of vectors: principal components at once, then UMAP (McInnes, Healy & Melville, 2018) from there. Starting
 * with the principal components keeps far things far (Kobak & Linderman, Initialization is critical for preserving global
 * data structure in both t-SNE and UMAP, Nature Biotechnology 39, 2021).
 */
export async function project(
  vectors: Vectors,
  { texts, groups, seed, interval = 60 }: ProjectionOptions,
  report: (event: ProjectionEvent) => void,
): Promise<void> {
  const turnOf = (stage: Stage): Turn => {
    let last = performance.now();
    return (done, total) => {
      const now = performance.now();
      if (now - last < interval && done < total) return undefined;
      last = now;
      report({ type: 'progress', stage, done, total });
      return nextTurn();
    };
  };
  const { positions, explained } = principalComponents(vectors, seed);
  report({ type: 'pca', positions: positions.slice(), explained });
  report(namedGroups(vectors, { texts, groups, seed }));
  await nextTurn();
  const neighbours = await nearestNeighbours(vectors, NEIGHBOURS, turnOf('neighbours'));
  report({ type: 'neighbours', neighbours });
  let umap: Float32Array | undefined;
  if (vectors.count >= FEWEST) {
    umap = await layOut(neighbours, positions, seed, report, turnOf('layout'));
    report({ type: 'layout', positions: umap.slice(), final: true });
  }
  const turn = turnOf('quality');
  const pcaQuality = await trustworthiness(vectors, positions, (done, total) => turn(done, total * 2));
  const umapQuality =
    umap && (await trustworthiness(vectors, umap, (done, total) => turn(total + done, total * 2)));
  report({ type: 'quality', quality: { pca: pcaQuality, umap: umapQuality } });
  report({ type: 'done' });
}

/** Divides vectors into groups, named by the words of their texts. Both take too long for the thread of the page. */
export function namedGroups(
  vectors: Vectors,
  { texts, groups, seed }: Pick<ProjectionOptions, 'texts' | 'groups' | 'seed'>,
): ProjectionEvent & { type: 'groups' } {
  const found = groupVectors(vectors, groups, seed);
  return { type: 'groups', groups: found, names: namesOfGroups(texts, found) };
}

/** UMAP from given places, by the neighbours of the original vectors. */
async function layOut(
  { indices, cosines, size }: Neighbours,
  start: Float32Array,
  seed: number,
  report: (event: ProjectionEvent) => void,
  turn: Turn,
): Promise<Float32Array> {
  const count = start.length / 2;
  const rows = Array.from({ length: count }, (_, at) => at);
  const umap = new UMAP({ nNeighbors: size, random: seededRandom(seed), minDist: 0.1 });
  // Each point is its own first neighbour.
  umap.setPrecomputedKNN(
    rows.map((at) => [at, ...indices.subarray(at * size, (at + 1) * size)]),
    rows.map((at) => [
      0,
      ...Array.from(cosines.subarray(at * size, (at + 1) * size), (cosine) => Math.max(0, 1 - cosine)),
    ]),
  );
  // Of the vectors themselves it reads the number only, as their neighbours are known.
  const epochs = umap.initializeFit(rows.map(() => [0]));
  const places = umap.getEmbedding();
  let reach = 0;
  for (const value of start) reach = Math.max(reach, Math.abs(value));
  for (const [at, place] of places.entries()) {
    place[0] = reach === 0 ? place[0]! : (start[at * 2]! / reach) * START_RADIUS;
    place[1] = reach === 0 ? place[1]! : (start[at * 2 + 1]! / reach) * START_RADIUS;
  }
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    const pause = turn(epoch + 1, epochs);
    if (pause && epoch + 1 < epochs) {
      report({ type: 'layout', positions: Float32Array.from(places.flat()), final: false });
      await pause;
    }
  }
  return Float32Array.from(places.flat());
}

/** Lets messages in. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
