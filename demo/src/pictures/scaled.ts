/** A copy of a picture, and its size in pixels. */
export interface ScaledPicture {
  blob: Blob;
  width: number;
  height: number;
}

/**
 * A copy that is no larger than a side. Proportions stay; a picture that is small already keeps its size.
 * @param side longest side in pixels
 * @returns WebP, or PNG in browsers that write none
 */
export async function scaledPicture(whole: ImageBitmap, side: number): Promise<ScaledPicture> {
  const scale = Math.min(1, side / Math.max(whole.width, whole.height));
  const width = Math.max(1, Math.round(whole.width * scale));
  const height = Math.max(1, Math.round(whole.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(whole, 0, 0, width, height);
  return { blob: await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 }), width, height };
}
