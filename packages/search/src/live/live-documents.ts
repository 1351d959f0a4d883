/** Which passages belong to which document of a live index. */

/** A document in memory: its texts stay in the store. */
export interface Entry {
  readonly id: string;
  readonly number: number;
  /** Its passages are `first` to `first + count − 1`. */
  readonly first: number;
  readonly count: number;
  /** Checksum of the inputs that its vectors must have, see `inputsSum()`. */
  readonly sum: string;
  /** Filter values, as JSON of name and value. */
  readonly pairs: ReadonlySet<string>;
  /** Whether its last passage is a picture. */
  readonly hasPicture: boolean;
  isEmbedded: boolean;
}

const NONE = -1;

export class LiveDocuments {
  readonly #byId = new Map<string, Entry>();
  /** By number; numbers of documents that went are used again. */
  readonly #byNumber: (Entry | undefined)[] = [];
  readonly #free: number[] = [];
  /** Number of the document of each passage, or −1. */
  #owners = new Int32Array(1024).fill(NONE);
  /** Passages that were ever added since the last {@link renumber}. */
  #length = 0;
  #passages = 0;
  #pictures = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Passages of all documents. */
  get passages(): number {
    return this.#passages;
  }

  /** Whether some of its passages are texts and some are pictures. */
  get hasBothKinds(): boolean {
    return this.#pictures > 0 && this.#pictures < this.#passages;
  }

  /** One for each passage, with those that are gone: 1 for pictures. */
  arePictures(): Uint8Array {
    const pictures = new Uint8Array(this.#length);
    for (const { first, count, hasPicture } of this.#byId.values()) {
      if (hasPicture) pictures[first + count - 1] = 1;
    }
    return pictures;
  }

  /** Passages with those that are gone. */
  get length(): number {
    return this.#length;
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  entries(): Iterable<Entry> {
    return this.#byId.values();
  }

  numbered(number: number): Entry {
    return this.#byNumber[number]!;
  }

  documentOf(passage: number): number {
    return this.#owners[passage] ?? NONE;
  }

  add(document: Pick<Entry, 'id' | 'count' | 'sum' | 'pairs' | 'hasPicture'>): Entry {
    const number = this.#free.pop() ?? this.#byNumber.length;
    const entry: Entry = { ...document, number, first: this.#length, isEmbedded: false };
    this.#length += entry.count;
    if (this.#length > this.#owners.length) {
      const larger = new Int32Array(Math.max(this.#length, this.#owners.length * 2)).fill(NONE);
      larger.set(this.#owners);
      this.#owners = larger;
    }
    this.#place(entry);
    this.#passages += entry.count;
    if (entry.hasPicture) this.#pictures++;
    return entry;
  }

  remove(id: string): Entry | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined) return undefined;
    this.#byId.delete(id);
    this.#byNumber[entry.number] = undefined;
    this.#free.push(entry.number);
    this.#owners.fill(NONE, entry.first, entry.first + entry.count);
    this.#passages -= entry.count;
    if (entry.hasPicture) this.#pictures--;
    return entry;
  }

  /** Closes the gaps that removed documents left. @returns each passage's new number, −1 for those that are gone. */
  renumber(): Int32Array {
    const numberOf = new Int32Array(this.#length).fill(NONE);
    const entries = [...this.#byId.values()].sort((left, right) => left.first - right.first);
    this.#owners.fill(NONE);
    this.#length = 0;
    for (const entry of entries) {
      const first = this.#length;
      for (let at = 0; at < entry.count; at++) numberOf[entry.first + at] = first + at;
      this.#length += entry.count;
      this.#place({ ...entry, first });
    }
    return numberOf;
  }

  #place(entry: Entry): void {
    this.#byId.set(entry.id, entry);
    this.#byNumber[entry.number] = entry;
    this.#owners.fill(entry.number, entry.first, entry.first + entry.count);
  }
}

/** Numbers of the passages of a document. */
export const passagesIn = ({ first, count }: Entry): number[] =>
  Array.from({ length: count }, (_, at) => first + at);
