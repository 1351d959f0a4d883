import type { FileDescription } from './types.ts';

/** Files by path, or `none` if a server does not list them. */
export type FileListing = Map<string, FileDescription> | 'none';

/** Name of the file with sizes and hashes beside a model's files. */
export const MANIFEST_FILE = 'manifest.json';

interface ManifestEntry {
  path: string;
  size: number;
  sha256?: unknown;
}

const isEntry = (value: unknown): value is ManifestEntry => {
  const { path, size } = (value ?? {}) as Partial<ManifestEntry>;
  return typeof path === 'string' && typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
};

/** `{ files: [{ path, size, sha256 }] }`, or undefined if the text is something else. */
export function parseManifest(text: string): Map<string, FileDescription> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { files } = (value ?? {}) as { files?: unknown };
  if (!Array.isArray(files) || !files.every(isEntry)) return undefined;
  return new Map(
    files.map(({ path, size, sha256 }) => {
      const isHash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256);
      return [path, { path, size, ...(isHash ? { sha256: sha256.toLowerCase() } : {}) }];
    }),
  );
}

/** The text of a manifest, one file per line. */
export const formatManifest = (files: readonly { path: string; size: number; sha256: string }[]): string =>
  `{\n  "files": [\n${files.map(({ path, size, sha256 }) => `    ${JSON.stringify({ path, size, sha256 })}`).join(',\n')}\n  ]\n}\n`;
