/** Sums of weights, which graphs with shifted activations hold beside them. */
import type { Weights } from './rows.ts';

/** Rows after which sums of bytes may be more than 16 bits hold. */
const ROWS_IN_16_BITS = 257;

/** Sum of the weights of each output. */
export function weightSums(weights: Weights & { form: 'bytes' }): Int32Array {
  const { inputs, outputs, inputStep, outputStep, bytes, isUnsigned } = weights;
  const isAligned = [bytes.byteOffset, inputStep, outputs].every((each) => each % 4 === 0);
  const sums = outputStep === 1 && isAligned ? sumsByFours(weights) : new Int32Array(outputs);
  if (outputStep !== 1 || !isAligned) {
    const flip = isUnsigned ? 0 : 0x80;
    for (let input = 0; input < inputs; input++) {
      for (let output = 0, at = input * inputStep; output < outputs; output++, at += outputStep) {
        sums[output]! += bytes[at]! ^ flip;
      }
    }
  }
  // Each was taken as 128 more than it is.
  return sums.map((sum) => sum - inputs * 128);
}

/** Millions of weights, before the browser has compiled this well: four at a time, as two pairs of 16 bits. */
function sumsByFours({
  inputs,
  outputs,
  inputStep,
  bytes,
  isUnsigned,
}: Weights & { form: 'bytes' }): Int32Array {
  const sums = new Int32Array(outputs);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const [width, step] = [outputs / 4, inputStep / 4];
  const flip = isUnsigned ? 0 : 0x80808080;
  for (let first = 0; first < inputs; first += ROWS_IN_16_BITS) {
    const [even, odd] = [new Uint32Array(width), new Uint32Array(width)];
    const last = Math.min(inputs, first + ROWS_IN_16_BITS);
    for (let input = first; input < last; input++) {
      for (let word = 0, at = input * step; word < width; word++, at++) {
        const four = words[at]! ^ flip;
        even[word]! += four & 0x00ff00ff;
        odd[word]! += (four >>> 8) & 0x00ff00ff;
      }
    }
    for (let word = 0; word < width; word++) {
      sums[word * 4]! += even[word]! & 0xffff;
      sums[word * 4 + 1]! += odd[word]! & 0xffff;
      sums[word * 4 + 2]! += even[word]! >>> 16;
      sums[word * 4 + 3]! += odd[word]! >>> 16;
    }
  }
  return sums;
}
