/** Figures of a packed benchmark's run, as `npm run bench` names them. */
import { median } from '../statistics.ts';
import type { Pack } from './plan.ts';

/** By precision, then by row. */
export type Summary = Record<string, Record<string, unknown>>;

interface Throughput {
  oursMs: number[];
  peerMs: Record<string, number[]>;
  agreement: number;
}

/** Rows of what was measured; those that were not are left out. */
export function summaryOf({ dtypes, goldens }: Pack, results: Readonly<Record<string, unknown>>): Summary {
  return Object.fromEntries(
    dtypes.map((dtype) => {
      const result = <Value>(key: string): Value | undefined =>
        results[`${dtype}.${key}`] as Value | undefined;
      const rows: Record<string, unknown> = {};
      for (const kind of ['mixed', 'uniform']) {
        const found = result<Throughput>(kind);
        if (!found) continue;
        const oursMs = median(found.oursMs);
        const byBatch = Object.entries(found.peerMs).map(([batch, ms]) => ({
          batch: Number(batch),
          ms: median(ms),
        }));
        const best = byBatch.reduce((least, each) => (each.ms < least.ms ? each : least));
        rows[kind] = {
          oursMs,
          transformersJsMs: best.ms,
          transformersJsBatch: best.batch,
          ratio: best.ms / oursMs,
          agreement: found.agreement,
        };
      }
      const single = result<{ oursMs: number[]; rawMs: number[] }>('singleQuery');
      if (single) {
        const [oursP50Ms, rawOrtP50Ms] = [median(single.oursMs), median(single.rawMs)];
        rows.singleQuery = { oursP50Ms, rawOrtP50Ms, ratio: oursP50Ms / rawOrtP50Ms };
      }
      const vectors = result<number[][]>('goldens');
      if (vectors)
        rows.goldens = distances(
          vectors,
          goldens.map(({ vector }) => vector),
        );
      for (const kind of ['coldStart', 'warmStart']) {
        const all = (who: string): number[] =>
          Object.entries(results).flatMap(([key, value]) =>
            key.startsWith(`${dtype}.${kind}.${who}.`) ? [value as number] : [],
          );
        const [ours, theirs] = [all('ours'), all('transformersJs')];
        if (ours.length === 0 || theirs.length === 0) continue;
        const [oursMs, transformersJsMs] = [median(ours), median(theirs)];
        rows[kind] = { oursMs, transformersJsMs, ratio: transformersJsMs / oursMs };
      }
      const builds = Object.fromEntries(
        ['asyncify', 'jspi'].flatMap((build) => {
          const found = result<{ openMs: number; singleMs: number[]; batchMs: number[] }>(`builds.${build}`);
          if (!found) return [];
          const { openMs, singleMs, batchMs } = found;
          return [[build, { openMs, singleP50Ms: median(singleMs), batchMs: median(batchMs) }] as const];
        }),
      );
      if (Object.keys(builds).length > 0) rows.builds = builds;
      return [dtype, rows];
    }),
  );
}

/** Mean and least cosine. */
function distances(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
): { mean: number; min: number } {
  const cosines = found.map((vector, index) => {
    const other = expected[index]!;
    const dot = vector.reduce((sum, value, at) => sum + value * other[at]!, 0);
    return dot / (Math.hypot(...vector) * Math.hypot(...other));
  });
  return { mean: cosines.reduce((sum, each) => sum + each, 0) / cosines.length, min: Math.min(...cosines) };
}
