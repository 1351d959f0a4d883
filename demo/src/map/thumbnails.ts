import type { MapItem } from './item.ts';
import type { View } from './view.ts';

/** Decoded thumbnails that are kept: 64 kB each, and more than one view shows. */
const KEPT = 400;

/** Thumbnails of one view: beyond these the rest stay points. */
export const MOST_SHOWN = 300;

/** Sides of thumbnails in pixels: smaller ones show nothing, larger ones are what hovering is for. */
const LEAST_SIDE = 22;
const MOST_SIDE = 64;

/** Share of the room that an item has on a map of even density. */
const FILL = 0.75;

/** Share of the map that one may take: pictures at its edges are seen whole, also on a phone. */
const SHARE = 0.12;

/**
 * The longest side of thumbnails in a view, in pixels; 0 where points are shown. It depends on the scale alone, so that
 * nothing changes while the map is moved.
 */
export function thumbnailSide(count: number, { scale }: View): number {
  const side = (scale / Math.sqrt(Math.max(1, count))) * FILL;
  return side < LEAST_SIDE ? 0 : Math.min(MOST_SIDE, scale * SHARE, side);
}

/** The thumbnails of a map, decoded when they are first seen. */
export class Thumbnails {
  readonly #items: readonly MapItem[];
  readonly #wake: () => void;
  /** By index, the one that was seen last at the end. */
  readonly #decoded = new Map<number, ImageBitmap>();
  readonly #decoding = new Set<number>();
  #isClosed = false;

  /** @param wake called when another one can be drawn */
  constructor(items: readonly MapItem[], wake: () => void) {
    this.#items = items;
    this.#wake = wake;
  }

  /** Whether a point is a picture. */
  has(index: number): boolean {
    return this.#items[index]?.picture !== undefined;
  }

  /** The picture of a point; undefined until it is decoded. */
  of(index: number): ImageBitmap | undefined {
    const bitmap = this.#decoded.get(index);
    if (bitmap) {
      this.#decoded.delete(index);
      this.#decoded.set(index, bitmap);
    } else void this.#decode(index);
    return bitmap;
  }

  close(): void {
    this.#isClosed = true;
    for (const bitmap of this.#decoded.values()) bitmap.close();
    this.#decoded.clear();
  }

  async #decode(index: number): Promise<void> {
    const { picture } = this.#items[index] ?? {};
    if (!picture || this.#decoding.has(index)) return;
    this.#decoding.add(index);
    // One that cannot be decoded stays a point: it is not tried again.
    const bitmap = await createImageBitmap(picture.thumbnail).catch(() => undefined);
    if (!bitmap) return;
    this.#decoding.delete(index);
    if (this.#isClosed) return bitmap.close();
    this.#decoded.set(index, bitmap);
    for (const [oldest, other] of this.#decoded) {
      if (this.#decoded.size <= KEPT) break;
      this.#decoded.delete(oldest);
      other.close();
    }
    this.#wake();
  }
}
