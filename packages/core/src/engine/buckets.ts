import type { Device } from '@nearfield/spec';

/**
 * The length to which a row of tokens is padded.
 *
 * CPU: a multiple of four, the width of wasm's float32 vectors. Sums over a row then run through the same
 * vector lanes whatever the padding, so a text gives the same bits alone and in any batch. (Otherwise their
 * last digits differ, and int8 rounding turns that into cosines below 0.999.)
 *
 * GPU: few distinct lengths, because each new shape may cost a shader.
 */
export function bucketLength(length: number, device: Device): number {
  const step = device === 'webgpu' ? (length <= 128 ? 16 : length <= 512 ? 32 : 128) : 4;
  return Math.ceil(length / step) * step;
}
