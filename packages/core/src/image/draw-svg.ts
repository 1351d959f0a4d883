/** Draws SVG in a page: workers have no documents, and cannot. */
import type { Raster } from './raster.ts';
import type { SvgDrawing } from './svg.ts';

/**
 * Draws a drawing as a picture: its scripts do not run, and it loads nothing.
 * @throws anything if the text is not SVG, the page may not show `data:` pictures, or this is not a page.
 */
export async function drawSvg({ text, width, height }: SvgDrawing): Promise<Raster> {
  if (typeof Image === 'undefined') {
    throw new Error('SVG drawings need a page, and this foundation was made in a worker: send a PNG of it.');
  }
  const image = new Image(width, height);
  // Browsers take a canvas for tainted by a drawing with HTML inside, unless it comes from a data URI.
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('The page has no canvas for a drawing.');
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer), opaque: false };
}
