import { FoundationError } from '@nearfield/spec';
import type { ChunkCache, FileRecord } from './cache.ts';
import { formatManifest, MANIFEST_FILE } from './manifest.ts';
import { repairChunk } from './repair.ts';
import { DEFAULT_RETRY } from './retry.ts';
import { CachedFile } from './stored-file.ts';
import type { ExportedFile } from './types.ts';

/** The complete files of a model and their manifest. If two sources have a path, the first source's file is used. */
export async function* exportFiles(cache: ChunkCache, model: string): AsyncGenerator<ExportedFile> {
  const { files } = await cache.readModel(model);
  const records = [...new Map(files.toReversed().map((record) => [record.path, record])).values()];
  records.sort((one, other) => (one.path < other.path ? -1 : 1));
  if (records.length === 0) {
    throw new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `Nothing complete is stored of ${model}: load it once, then export it.`,
      param: 'model',
    });
  }
  for (const record of records) yield exported(cache, record);
  const text = formatManifest(records.map(({ path, size, sha256 }) => ({ path, size, sha256: sha256! })));
  const manifest = new Blob([text], { type: 'application/json' });
  yield {
    path: MANIFEST_FILE,
    size: manifest.size,
    sha256: '',
    stream: () => manifest.stream(),
    blob: async () => manifest,
  };
}

function exported(cache: ChunkCache, record: FileRecord): ExportedFile {
  const repairs = {
    chunk: (damaged: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer>> =>
      repairChunk({ cache, source: undefined, record: damaged, index, retry: DEFAULT_RETRY }),
  };
  const file = new CachedFile(record, cache, repairs, true);
  return {
    path: record.path,
    size: record.size,
    sha256: record.sha256!,
    stream: () => file.stream(),
    async blob() {
      // Blob by blob, so that the browser can move each to disk before the next is read.
      const parts: Blob[] = [];
      const reader = file.stream().getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read())
        parts.push(new Blob([part.value]));
      return new Blob(parts);
    },
  };
}
