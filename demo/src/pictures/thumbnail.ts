import { scaledPicture } from './scaled.ts';

/** Longest side of a thumbnail in pixels: twice what pages show, for dense screens. */
export const THUMBNAIL_SIDE = 128;

/**
 * A picture made small, to be shown in numbers and to be kept: a few kilobytes instead of megabytes. Proportions stay;
 * a picture that is small already keeps its size.
 * @param picture as `readPicture` gives it
 * @param side longest side in pixels @default THUMBNAIL_SIDE
 * @returns WebP, or PNG in browsers that write none
 * @throws InvalidStateError where the browser cannot decode the picture
 */
export async function thumbnailOf(picture: Blob, side = THUMBNAIL_SIDE): Promise<Blob> {
  const whole = await createImageBitmap(picture);
  try {
    return (await scaledPicture(whole, side)).blob;
  } finally {
    whole.close();
  }
}
