import { readPicture, UnreadablePictureError } from '../../classify/read-picture.ts';
import type { PlacedFile } from '../../elements/dropped-files.ts';
import { type ScaledPicture, scaledPicture } from '../../pictures/scaled.ts';
import { formatCount } from '../../shell/format.ts';
import { words } from '../../words/language.ts';
import { folderOf } from '../filters/document-filters.ts';
import { Fingerprint } from '../fingerprint.ts';
import type { ReadingOptions } from '../reading.ts';
import type { StoredPicture } from './picture.ts';

/** Largest file in bytes. */
const MAX_PICTURE_BYTES = 64_000_000;
/** Longest side in pixels, and most bytes, of what is kept: models look at a few hundred pixels, people at a screen. */
const KEPT_SIDE = 1600;
const KEPT_BYTES = 1_500_000;

/** Pictures of files, and why others are none, in sentences. */
export interface ReadPictures {
  readonly pictures: StoredPicture[];
  readonly refused: string[];
}

/** Reads pictures one after the other, and makes copies to keep: large ones are scaled down. */
export async function readPictures(
  files: readonly PlacedFile[],
  { signal, onRead }: ReadingOptions,
): Promise<ReadPictures> {
  const read: ReadPictures = { pictures: [], refused: [] };
  for (const [at, placed] of files.entries()) {
    signal.throwIfAborted();
    try {
      read.pictures.push({ ...(await pictureOf(placed)), added: Date.now() + at });
    } catch (error) {
      const isKnown = error instanceof UnreadablePictureError;
      read.refused.push(isKnown ? error.message : words().classify.unreadable(placed.file.name));
    }
    onRead(at + 1);
  }
  return read;
}

async function pictureOf({ file, path }: PlacedFile): Promise<Omit<StoredPicture, 'added'>> {
  const { name } = file;
  if (file.size > MAX_PICTURE_BYTES) {
    const most = formatCount(MAX_PICTURE_BYTES / 1e6);
    throw new UnreadablePictureError(words().search.pictures.tooLarge(name, most));
  }
  const whole = await readPicture(file);
  const { blob, width, height } = await keptCopy(whole);
  const fingerprint = new Fingerprint();
  fingerprint.addBytes(new Uint8Array(await file.arrayBuffer()));
  const folder = folderOf(path);
  return {
    id: `picture-${fingerprint.value}`,
    name,
    ...(folder !== undefined && { folder }),
    width,
    height,
    blob,
  };
}

async function keptCopy(picture: Blob): Promise<ScaledPicture> {
  const bitmap = await createImageBitmap(picture);
  try {
    const { width, height } = bitmap;
    // The bytes of a file that goes away with its folder would go with it: a copy stays.
    const own = (): Promise<Blob> =>
      picture.arrayBuffer().then((bytes) => new Blob([bytes], { type: picture.type }));
    if (Math.max(width, height) <= KEPT_SIDE && picture.size <= KEPT_BYTES)
      return { blob: await own(), width, height };
    return await scaledPicture(bitmap, KEPT_SIDE);
  } finally {
    bitmap.close();
  }
}
