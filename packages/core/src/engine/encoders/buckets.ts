import type { Device } from '@nearfield/spec';

/**
 * The length to which a row of tokens is padded.
 *
 * CPU: a multiple of four, the width of wasm's float32 vectors. Sums over a row then run through the same vector lanes
 * regardless of padding, so a text gets the same bits alone and in any batch. (Otherwise the last digits differ, and
 * int8 rounding turns that into cosines below 0.999.)
 *
 * GPU: the runtime has one set of shaders for all multiples of four, and others for the lengths between (counted on
 * all-MiniLM-L6-v2). Steps grow with the length, so that texts of similar length share a batch with little padding.
 */
export function bucketLength(length: number, device: Device): number {
  const step = device === 'webgpu' ? (length <= 128 ? 8 : length <= 512 ? 16 : 64) : 4;
  return Math.ceil(length / step) * step;
}
