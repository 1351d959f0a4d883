import type { EncoderText } from '@nearfield/encoder';
import { FoundationError } from '@nearfield/spec';
import type { TokenSequence } from '../../text/text-tokenizer.ts';

/**
 * A text for a session that computes texts by their own lengths.
 * @param pooling weights of its tokens in each vector that is wanted. Default: a vector for each token.
 * @throws FoundationError MODEL_INVALID for a hidden token before one that is not.
 */
export function packedText(
  { ids, typeIds, mask }: TokenSequence,
  pooling?: readonly Float32Array[],
): EncoderText {
  const seen = mask ? mask.lastIndexOf(1) + 1 : ids.length;
  if (mask?.subarray(0, seen).includes(0)) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: 'A token that is hidden from the others stands before one that is not.',
    });
  }
  return { ids: whole(ids), types: typeIds && whole(typeIds), seen, pooling };
}

/** Numbers in a buffer of their own: one that crosses to another realm takes all of its buffer with it. */
const whole = (numbers: Int32Array): Int32Array =>
  numbers.byteLength === numbers.buffer.byteLength ? numbers : numbers.slice();
