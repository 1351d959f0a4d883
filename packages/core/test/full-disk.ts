import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, so small that it can be filled. */
export interface SmallDisk {
  readonly directory: string;
  /** Writes until nothing more fits. */
  fill(): void;
  /** Makes room again. */
  clear(): void;
  remove(): void;
}

/** Mounts one; undefined where this process may not, as in most containers and on other systems than Linux. */
export function smallDisk(size = '2m'): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'nearfield-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  const ballast = join(directory, 'ballast');
  return {
    directory,
    fill() {
      const { bavail, bsize } = statfsSync(directory);
      writeFileSync(ballast, new Uint8Array(bavail * bsize), { flag: 'a' });
    },
    clear: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
