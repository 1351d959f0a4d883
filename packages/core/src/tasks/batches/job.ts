import type { BatchOutputLine, BatchState, BatchStatus, ModelEntry } from '@nearfield/spec';
import type { BatchStats } from '@nearfield/spec/implement';
import type { BatchDefaults } from '../../requests/batches.ts';

/** A job as it is kept. Times are milliseconds since 1970. */
export interface JobRecord {
  id: string;
  model: string;
  /** The model's facts when the job was made: lines are checked against them wherever the job goes on. */
  entry: ModelEntry;
  defaults: BatchDefaults;
  state: BatchState;
  createdAt: number;
  endedAt?: number | undefined;
  /** Why the whole job failed. */
  error?: string | undefined;
  /** Where lines still have to be fetched from; undefined once they are all stored. */
  url?: string | undefined;
  /** Pages of input, once all of them are stored. */
  pages?: number | undefined;
  total?: number | undefined;
  /** What is told of the progress. The last page of results has the exact counts. */
  counts: Counts;
  /** Failures since the last page that was finished. */
  attempts: number;
}

export type Counts = Omit<BatchStats, 'total'>;

/** What came of a page of input. Once it is stored, its lines are done: it is the job's checkpoint. */
export interface ResultPage {
  succeeded: BatchOutputLine[];
  failed: BatchOutputLine[];
  /** Of this and all earlier pages. */
  counts: Counts;
}

/** Lines and characters of a page: what a crash may cost, and what is in memory at a time. */
export const PAGE_LINES = 64;
export const PAGE_CHARACTERS = 1 << 18;
/** Hours after which a job and its results are gone, as at the hosted API. */
export const LIFETIME_HOURS = 24;
export const LIFETIME = LIFETIME_HOURS * 3_600_000;
/** How long after that the job itself is still listed. */
export const REMEMBERED = 7 * LIFETIME;

/** Every job is one record: `batch/<id>`; its pages are `batch-input/<id>/<page>` and `batch-result/<id>/<page>`. */
export const jobKey = (id: string): string => `batch/${id}`;
export const inputPrefix = (id: string): string => `batch-input/${id}/`;
export const resultPrefix = (id: string): string => `batch-result/${id}/`;
const pageName = (page: number): string => String(page).padStart(8, '0');
export const inputKey = (id: string, page: number): string => inputPrefix(id) + pageName(page);
export const resultKey = (id: string, page: number): string => resultPrefix(id) + pageName(page);

export const isUnfinished = ({ state }: Pick<JobRecord, 'state'>): boolean =>
  state === 'pending' || state === 'processing';

const iso = (time: number): string => new Date(time).toISOString();

/** A job in the API's shape. Results are read with `batches.output()` and `errors()`: there are no URLs of them. */
export function statusOf(job: JobRecord): BatchStatus {
  return {
    batch_id: job.id,
    status: job.state,
    model: job.model,
    created_at: iso(job.createdAt),
    completed_at: job.endedAt === undefined ? null : iso(job.endedAt),
    expires_at: iso(job.createdAt + LIFETIME),
    output_url: null,
    error_file_url: null,
    error: job.error ?? null,
    stats: job.total === undefined ? null : { total: job.total, ...job.counts },
  };
}
