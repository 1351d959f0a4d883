/** A job's record, among those that other tabs and processes write. */
import { isNewer } from '../../persistence/format.ts';
import { isDamage } from '../../persistence/record-errors.ts';
import type { Records } from '../../persistence/records.ts';
import { isJobRecord, type JobRecord, jobKey } from './job.ts';

/** The lock for making, running or deleting a job. */
export const lockName = (id: string): string => `batch/${id}`;

/** Changes an existing job. */
export function updateJob(
  records: Records,
  id: string,
  change: (job: JobRecord) => JobRecord,
): Promise<JobRecord | undefined> {
  return records.update<JobRecord>(
    jobKey(id),
    (job) => job && (isNewer(job) ? job : change(job)),
    isJobRecord,
  );
}

/** Whether a record of a job exists, even a damaged one. */
export async function isJobThere(records: Records, id: string): Promise<boolean> {
  try {
    return (await records.get(jobKey(id), isJobRecord)) !== undefined;
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}
