import { LIMITS } from '@nearfield/spec';
import { bytesToBase64, invalid, notSupported } from '@nearfield/spec/implement';

async function pictureBlob(image: Blob | ImageBitmap): Promise<Blob> {
  if (image instanceof Blob) return image;
  if (typeof OffscreenCanvas === 'undefined') {
    throw notSupported(
      'ImageBitmap',
      'it can be encoded only in a browser.',
      'Pass a Blob, a URL or base64.',
    );
  }
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

async function pictureText(image: Blob | ImageBitmap, field: string): Promise<string> {
  const blob = await pictureBlob(image);
  const { imageBytes } = LIMITS.embeddings;
  if (blob.size === 0 || blob.size > imageBytes) {
    throw invalid(
      field,
      `an image has 1 to ${imageBytes} bytes; this one has ${blob.size}. Make it smaller.`,
    );
  }
  return bytesToBase64(new Uint8Array(await blob.arrayBuffer()));
}

/**
 * A copy of inputs in which pictures in memory are base64 text, as the API takes them.
 * @param field where the inputs are in the request, for messages
 * @throws FoundationError INPUT_VALIDATION_FAILED for an image above the API's 8 MB
 */
export async function imagesAsText(value: unknown, field: string): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return Promise.all(value.map((item, index) => imagesAsText(item, `${field}.${index}`)));
  }
  const { image, content } = value as { image?: unknown; content?: unknown };
  if (typeof image === 'object' && image !== null) {
    return { ...value, image: await pictureText(image as Blob | ImageBitmap, `${field}.image`) };
  }
  if (Array.isArray(content)) return { ...value, content: await imagesAsText(content, `${field}.content`) };
  return value;
}
