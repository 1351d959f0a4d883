import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * A folder of its own for the tests of a file or a group. It is deleted after them, and after all that later hooks of
 * `afterAll` do with it.
 */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `nearfield-${name}-`));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
