import {
  type ChunkCache,
  emptyModelRecord,
  type FileKey,
  type FileRecord,
  type ModelRecord,
  nameOf,
  type StoredModel,
  type StoredVersions,
} from './cache.ts';

/** Keeps files for the life of this page or process. */
export class MemoryCache implements ChunkCache {
  readonly kind = 'memory';
  readonly reason: string | undefined;
  readonly #models = new Map<string, ModelRecord>();
  readonly #files = new Map<string, FileRecord>();
  readonly #partials = new Map<string, FileRecord>();
  /** Chunks by version. */
  readonly #chunks = new Map<string, (Uint8Array<ArrayBuffer> | undefined)[]>();

  constructor(reason?: string) {
    this.reason = reason;
  }

  async readModel(model: string): Promise<StoredModel> {
    const own = (records: Map<string, FileRecord>): FileRecord[] =>
      [...records.values()]
        .filter((record) => record.model === model)
        .map((record) => structuredClone(record));
    const record = this.#models.get(model);
    return {
      record: record && structuredClone(record),
      files: own(this.#files),
      partials: own(this.#partials),
    };
  }

  async readFile(key: FileKey): Promise<StoredVersions> {
    const name = nameOf(key);
    return structuredClone({ file: this.#files.get(name), partial: this.#partials.get(name) });
  }

  async models(): Promise<string[]> {
    const files = [...this.#files.values(), ...this.#partials.values()].map(({ model }) => model);
    return [...new Set([...this.#models.keys(), ...files])];
  }

  async updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<void> {
    this.#models.set(model, change(structuredClone(this.#models.get(model) ?? emptyModelRecord(model))));
  }

  async begin(record: FileRecord): Promise<void> {
    await this.discard(record);
    this.#partials.set(nameOf(record), structuredClone(record));
    this.#chunks.set(record.version, []);
  }

  async append(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (this.#partials.get(nameOf(record))?.version !== record.version) return false;
    this.#chunks.get(record.version)![record.chunks.length - 1] = bytes.slice();
    this.#partials.set(nameOf(record), structuredClone(record));
    return true;
  }

  async commit(record: FileRecord): Promise<boolean> {
    const name = nameOf(record);
    if (this.#partials.get(name)?.version !== record.version) return false;
    const former = this.#files.get(name);
    if (former) this.#chunks.delete(former.version);
    this.#partials.delete(name);
    this.#files.set(name, structuredClone(record));
    return true;
  }

  async readChunk(record: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#chunks.get(record.version)?.[index];
  }

  async replaceChunk(record: FileRecord, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const chunks = this.#chunks.get(record.version);
    if (chunks) chunks[index] = bytes.slice();
  }

  async discard(key: FileKey): Promise<void> {
    this.#delete(this.#partials, nameOf(key));
  }

  async deleteFile(key: FileKey): Promise<void> {
    this.#delete(this.#files, nameOf(key));
  }

  async deleteModel(model: string): Promise<void> {
    this.#models.delete(model);
    for (const records of [this.#files, this.#partials]) {
      for (const [name, record] of records) if (record.model === model) this.#delete(records, name);
    }
  }

  async clear(): Promise<void> {
    for (const map of [this.#models, this.#files, this.#partials, this.#chunks]) map.clear();
  }

  #delete(records: Map<string, FileRecord>, name: string): void {
    const record = records.get(name);
    if (record) this.#chunks.delete(record.version);
    records.delete(name);
  }
}
