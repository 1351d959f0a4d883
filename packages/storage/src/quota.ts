/** What a browser or file system throws when there is no room left, and what this package makes of it. */
export function isQuotaError(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return (
    name === 'QuotaExceededError' ||
    name === 'NS_ERROR_DOM_QUOTA_REACHED' ||
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 'STORAGE_QUOTA_EXCEEDED'
  );
}

/** What is known of the room where something was to be kept. */
export interface RoomFacts {
  /** Bytes that were to be written. */
  needed?: number | undefined;
  /** Bytes that are free. */
  free?: number | undefined;
  /** Bytes that this site may keep, where a browser says so. */
  quota?: number | undefined;
  /** Directory; undefined in a browser. */
  directory?: string | undefined;
}

/** How little room there is, as half a sentence: never a figure that contradicts the failure. */
export function describeRoom({ needed = 0, free, quota, directory }: RoomFacts): string {
  if (directory !== undefined) {
    if (free === undefined) return `the disk of ${directory} has no room for it`;
    if (free >= needed) return `the disk of ${directory} is full or the limit of this user is reached`;
    return `only ${formatBytes(free)} are free on the disk of ${directory}`;
  }
  if (quota !== undefined && free === undefined)
    return `the browser's limit for this site is ${formatBytes(quota)}`;
  if (quota === undefined || free === undefined || free >= needed) return 'the browser has no room for it';
  return `only ${formatBytes(Math.max(0, free))} of ${formatBytes(quota)} are free`;
}

/** What helps when the disk or the browser's database does not work, in the words of the place. */
export const advice = (kind: 'indexeddb' | 'memory' | 'file-system'): string =>
  kind === 'file-system'
    ? 'Check the disk and the permissions of the data directory.'
    : "Clearing this site's data, or cache: 'memory', helps if it stays.";

/** `23500076` as "23.5 MB": decimal, as disks and browsers count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999_950) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 999_950_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
