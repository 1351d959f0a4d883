/** What is in a package's tarball. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Manifest } from './packages.ts';

const tar = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('tar', args, { maxBuffer: 2 ** 26 })).stdout;

/** A tarball's `package.json`, the paths of its files, and their bytes together. */
export async function tarballFiles(
  path: string,
): Promise<{ manifest: Manifest; paths: string[]; bytes: number }> {
  const manifest = JSON.parse(await tar('-xzOf', path, 'package/package.json')) as Manifest;
  // Mode, owner, bytes, day, time, path.
  const lines = (await tar('-tzvf', path)).trim().split('\n');
  const files = lines.map((line) => /^\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+package\/(.+)$/.exec(line)!);
  return {
    manifest,
    paths: files.map(([, , name]) => name!),
    bytes: files.reduce((sum, [, size]) => sum + Number(size), 0),
  };
}
