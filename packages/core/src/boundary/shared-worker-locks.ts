/** The lock that pages share while they connect to a shared worker, and that the worker takes to end. */
export const connectingLock = (workerName: string): string => `${workerName}-connecting`;

/** Takes a lock, exclusively or shared with others in shared mode. @returns a function that releases it. */
export function holdLock(name: string, mode: LockMode): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { mode }, () => new Promise<void>((release) => resolve(release)))
      .catch(reject);
  });
}
