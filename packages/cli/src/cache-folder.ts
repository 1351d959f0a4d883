import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder for results that a command can compute again: in the project, else in the user's cache. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (existsSync('node_modules')) return join('node_modules', '.cache', 'nearfield');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nearfield');
}
