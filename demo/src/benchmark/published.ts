/** The published figures, as docs/benchmarks.md has them. */
import data from './published.json' with { type: 'json' };

/**
 * What is measured: texts of mixed length, of one length, a single query, documents that are ranked, a start with the
 * files stored, one with nothing stored.
 */
export type Measure = 'mixed' | 'uniform' | 'query' | 'rerank' | 'start' | 'cold';

/** One row of a published table. */
export interface PublishedRow {
  measure: string;
  /** As the first column of the table has it. */
  what: string;
  /** Where they differ within a table. */
  threads?: number;
  items: number;
  milliseconds: number;
  /** Whoever did the same work beside it, in the same run. `ratio` is as the table has it. */
  peer: { name: string; milliseconds: number; ratio: number };
}

interface PublishedRun {
  id: string;
  heading: string;
  device: string;
  threads?: number;
  date: string;
  browser: string;
  /** Whether the machine had other work. */
  isBusy: boolean;
  rows: readonly PublishedRow[];
}

export const PUBLISHED: { page: string; runs: readonly PublishedRun[] } = data;

/** A published figure beside which one of here stands. */
export interface Comparable {
  run: PublishedRun;
  row: PublishedRow;
  /** Its ratios as a factor: how many times as long the peer took for the same work. */
  peerTimes: number;
}

/**
 * The published figure of a measure for a device and so many threads; undefined where nothing like it was published.
 * Of several rows it is the one with the fastest peer.
 */
export function publishedFor(measure: Measure, device: string, threads: number): Comparable | undefined {
  const wanted = Math.min(2, threads);
  const rows = PUBLISHED.runs
    .filter((run) => run.device === device)
    .flatMap((run) => run.rows.map((row) => ({ run, row })))
    .filter(({ run, row }) => row.measure === measure && (row.threads ?? run.threads) === wanted);
  const [best] = rows.toSorted((one, other) => one.row.peer.milliseconds - other.row.peer.milliseconds);
  return best && { ...best, peerTimes: best.row.peer.milliseconds / best.row.milliseconds };
}
