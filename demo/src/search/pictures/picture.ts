import type { Explanation } from '@nearfield/search';

/** A picture as this browser keeps it. */
export interface StoredPicture {
  readonly id: string;
  /** Name of its file, which is searched by its words, too. */
  readonly name: string;
  /** Path of the folder that it was chosen from. Undefined: it was chosen by itself. */
  readonly folder?: string | undefined;
  /** When it was added, in milliseconds since 1970. */
  readonly added: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly blob: Blob;
}

/** A picture that a question found. */
export interface FoundPicture {
  readonly picture: StoredPicture;
  readonly score: number;
  readonly explanation?: Explanation | undefined;
}
