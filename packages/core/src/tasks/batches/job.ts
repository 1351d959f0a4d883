import type { BatchOutputLine, BatchState, BatchStatus, ModelEntry } from '@nearfield/spec';
import type { BatchStats } from '@nearfield/spec/implement';
import { isNewer, type Versioned } from '../../persistence/format.ts';
import type { BatchDefaults, InputLine } from '../../requests/batches.ts';

/** A job as it is kept. Times are milliseconds since 1970. */
export interface JobRecord extends Versioned {
  id: string;
  model: string;
  /** The model's facts when the job was made: lines are checked against them wherever the job continues. */
  entry: ModelEntry;
  defaults: BatchDefaults;
  state: BatchState;
  createdAt: number;
  endedAt?: number | undefined;
  /** The reason why the whole job failed. */
  error?: string | undefined;
  /** URL of lines that have not been fetched; undefined once all are stored. */
  url?: string | undefined;
  /** Pages of input, once all of them are stored. */
  pages?: number | undefined;
  total?: number | undefined;
  /** Progress for reports. The last page of results has the exact counts. */
  counts: Counts;
  /** Failures since the last page that was finished. */
  attempts: number;
}

export type Counts = Omit<BatchStats, 'total'>;

/** Results of a page of input. Once they are stored, its lines are done: they are the job's checkpoint. */
export interface ResultPage {
  succeeded: BatchOutputLine[];
  failed: BatchOutputLine[];
  /** Of this and all earlier pages. */
  counts: Counts;
}

/** Maximum lines and characters per page: the work that a crash may cost, and that is in memory at a time. */
export const PAGE_LINES = 64;
export const PAGE_CHARACTERS = 1 << 18;
/** Hours after which a job and its results are deleted, as at the hosted API. */
export const LIFETIME_HOURS = 24;
export const LIFETIME = LIFETIME_HOURS * 3_600_000;
/** Time after that for which the job itself is still listed. */
export const REMEMBERED = 7 * LIFETIME;

/** Every job is one record: `batch/<id>`; its pages are `batch-input/<id>/<page>` and `batch-result/<id>/<page>`. */
export const jobKey = (id: string): string => `batch/${id}`;
export const inputPrefix = (id: string): string => `batch-input/${id}/`;
export const resultPrefix = (id: string): string => `batch-result/${id}/`;
const pageName = (page: number): string => String(page).padStart(8, '0');
export const inputKey = (id: string, page: number): string => inputPrefix(id) + pageName(page);
/** The page of a key of input or results. */
export const pageOf = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1));
export const resultKey = (id: string, page: number): string => resultPrefix(id) + pageName(page);

export const NO_COUNTS: Counts = { completed: 0, failed: 0, total_tokens: 0 };

export const isExpired = ({ createdAt }: Pick<JobRecord, 'createdAt'>, now: number): boolean =>
  now - createdAt >= LIFETIME;

export const isUnfinished = ({ state }: Pick<JobRecord, 'state'>): boolean =>
  state === 'pending' || state === 'processing';

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** Limit of a date's milliseconds: later and earlier dates cannot be represented. */
const isTime = (value: unknown): boolean =>
  typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
const orNothing = (is: (value: unknown) => boolean, value: unknown): boolean =>
  value === undefined || is(value);

const STATES: ReadonlySet<unknown> = new Set<BatchState>([
  'pending',
  'processing',
  'completed',
  'failed',
  'expired',
  'cancelled',
]);

const areCounts = (value: unknown): boolean => {
  const { completed, failed, total_tokens: tokens } = (value ?? {}) as Partial<Counts>;
  return [completed, failed, tokens].every(isCount);
};

/** Whether a stored value is a job; one of a later version counts as such in any shape. */
export function isJobRecord(value: unknown): value is JobRecord {
  if (isNewer(value)) return true;
  const job = (value ?? {}) as Partial<JobRecord>;
  return (
    [job.id, job.model].every(isText) &&
    [job.entry, job.defaults].every(isObject) &&
    STATES.has(job.state) &&
    isTime(job.createdAt) &&
    orNothing(isTime, job.endedAt) &&
    [job.error, job.url].every((text) => orNothing(isText, text)) &&
    [job.pages, job.total].every((count) => orNothing(isCount, count)) &&
    isCount(job.attempts) &&
    areCounts(job.counts) &&
    (job.pages !== undefined || job.url !== undefined)
  );
}

/** Whether a stored value is a page of input. */
export const isInputPage = (value: unknown): value is InputLine[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string' || typeof line === 'number');

/** Whether a stored value is a page of results. */
export function isResultPage(value: unknown): value is ResultPage {
  const { succeeded, failed, counts } = (value ?? {}) as Partial<ResultPage>;
  return (
    [succeeded, failed].every((lines) => Array.isArray(lines) && lines.every(isObject)) && areCounts(counts)
  );
}

const iso = (time: number): string => new Date(time).toISOString();

/** A job in the API's shape. Results are read with `batches.output()` and `errors()`; they have no URLs. */
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
