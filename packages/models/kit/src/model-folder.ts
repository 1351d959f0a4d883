/** Fills a folder with built model files: only when something changed, and never half. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One file of a model folder. */
export interface BuiltFile {
  /** Path inside the folder, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

/** Result of filling a folder. */
export interface BuildResult {
  /** Absolute path of the model folder. */
  readonly directory: string;
  /** Every file of the folder except `manifest.json`, which holds this list. Sorted by path. */
  readonly files: readonly BuiltFile[];
  /** `false` when the folder was already up to date. */
  readonly rebuilt: boolean;
}

/** A file's content: text, or bytes in one or more parts. */
export type FileContent = string | Uint8Array | readonly Uint8Array[];

/** Content of a folder. */
export interface ModelFolder {
  readonly directory: string;
  /** Changes whenever the same build would write other bytes. */
  readonly fingerprint: string;
  /** Precisions that the folder must have; more do no harm. */
  readonly dtypes: readonly string[];
  /** Write even when the folder is up to date. Default `false`. */
  readonly force?: boolean | undefined;
  /** Writes every file but the manifest. */
  readonly write: (put: (path: string, content: FileContent) => Promise<void>) => Promise<void>;
}

const STAMP_NAME = '.stamp.json';
const MANIFEST_NAME = 'manifest.json';

/** Fills the folder and writes `manifest.json`, unless it has every wanted dtype of the same fingerprint. */
export async function fillModelFolder(folder: ModelFolder): Promise<BuildResult> {
  const { directory, fingerprint, dtypes } = folder;
  if (!folder.force) {
    const files = await upToDate(folder);
    if (files) return { directory, files, rebuilt: false };
  }
  await rm(join(directory, STAMP_NAME), { force: true });
  const files: BuiltFile[] = [];
  await folder.write(async (path, content) => {
    files.push(await writeFileWhole(directory, path, content));
  });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFileWhole(directory, MANIFEST_NAME, json({ files }));
  // Written last: a folder with a stamp is complete.
  await writeFileWhole(directory, STAMP_NAME, json({ fingerprint, dtypes }));
  return { directory, files, rebuilt: true };
}

/** Hash of what a build depends on: facts, and the files of its code. */
export async function fingerprintOf(facts: unknown, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const path of paths) hash.update('\0').update(await readFile(path));
  return hash.digest('hex');
}

/** JSON as files have it. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

interface Stamp {
  readonly fingerprint: string;
  readonly dtypes: readonly string[];
}

/** The folder's file list when it is complete and current, else `undefined`. */
async function upToDate({
  directory,
  fingerprint,
  dtypes,
}: ModelFolder): Promise<readonly BuiltFile[] | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(directory, STAMP_NAME), 'utf8')) as Stamp;
    if (stamp.fingerprint !== fingerprint) return undefined;
    if (!dtypes.every((dtype) => stamp.dtypes.includes(dtype))) return undefined;
    const { files } = JSON.parse(await readFile(join(directory, MANIFEST_NAME), 'utf8')) as {
      files: BuiltFile[];
    };
    for (const file of files) {
      if ((await stat(join(directory, file.path))).size !== file.size) return undefined;
    }
    return files;
  } catch {
    return undefined;
  }
}

/** Writes beside the target and renames, so that a reader never sees half a file. */
async function writeFileWhole(directory: string, path: string, content: FileContent): Promise<BuiltFile> {
  const target = join(directory, path);
  const temporary = `${target}.${process.pid}.tmp`;
  const hash = createHash('sha256');
  let size = 0;
  await mkdir(dirname(target), { recursive: true });
  const handle = await open(temporary, 'w');
  try {
    for (const chunk of chunksOf(content)) {
      hash.update(chunk);
      size += chunk.length;
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
  await rename(temporary, target);
  return { path, size, sha256: hash.digest('hex') };
}

function chunksOf(content: FileContent): readonly Uint8Array[] {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}
