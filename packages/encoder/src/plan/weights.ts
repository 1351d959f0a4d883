/** Constants of a file as the weights and tables of a plan. */
import { type TensorSummary, tensorBytes, tensorNumbers, type WeightFiles } from '@nearfield/onnx';
import { refuse } from './refusal.ts';
import type { Table, Weights } from './rows.ts';

/** Reads the constants of one file. */
export class Constants {
  readonly #bytes: Uint8Array;
  readonly #files: WeightFiles;

  constructor(bytes: Uint8Array, files: WeightFiles) {
    this.#bytes = bytes;
    this.#files = files;
  }

  numbers(tensor: TensorSummary): ArrayLike<number> {
    return tensorNumbers(this.#bytes, tensor, this.#files);
  }

  raw(tensor: TensorSummary): Uint8Array {
    return tensorBytes(this.#bytes, tensor, this.#files);
  }
}

export const isFloat = ({ type }: TensorSummary): boolean =>
  type === 'float32' || type === 'float16' || type === 'float64';

/** A matrix of floats, [inputs, outputs] or, transposed, [outputs, inputs]. */
export function floatWeights(
  constants: Constants,
  tensor: TensorSummary,
  isTransposed: boolean,
): Weights | undefined {
  if (!isFloat(tensor) || tensor.dims.length !== 2) return undefined;
  return {
    form: 'floats',
    ...matrix(tensor.dims, isTransposed),
    floats: () => constants.numbers(tensor),
  };
}

/** Dimensions and steps of a matrix. */
function matrix([rows, columns]: readonly number[], isTransposed: boolean) {
  return isTransposed
    ? { inputs: columns!, outputs: rows!, inputStep: 1, outputStep: columns! }
    : { inputs: rows!, outputs: columns!, inputStep: columns!, outputStep: 1 };
}

/**
 * A matrix of 8 bits, [inputs, outputs] or, transposed, [outputs, inputs]. One around another middle than int8 can hold
 * is refused: rounded once more, it would be further from the model than its file is.
 * @param scales one, or one an output.
 * @param zeros likewise; none: 0.
 */
export function byteWeights(
  constants: Constants,
  tensor: TensorSummary,
  {
    scales,
    zeros,
    isTransposed,
  }: { scales: ArrayLike<number>; zeros?: ArrayLike<number>; isTransposed: boolean },
): Weights {
  const { type, dims } = tensor;
  if ((type !== 'int8' && type !== 'uint8') || dims.length !== 2) {
    refuse(`weights '${tensor.name}' are ${type} [${dims}]`);
  }
  const shape = matrix(dims, isTransposed);
  const { outputs } = shape;
  const each = (values: ArrayLike<number> | undefined, what: string): ((output: number) => number) => {
    if (!values) return () => 0;
    if (values.length === 1) return () => values[0]!;
    if (values.length !== outputs)
      refuse(`weights '${tensor.name}' have ${values.length} ${what}, not one or ${outputs}`);
    return (output) => values[output]!;
  };
  const [scale, zero] = [each(scales, 'scales'), each(zeros, 'zero points')];
  const middle = type === 'uint8' ? 128 : 0;
  const other = Array.from({ length: outputs }, (_, output) => zero(output)).find(
    (value) => value !== middle,
  );
  if (other !== undefined) {
    refuse(
      `weights '${tensor.name}' have the zero point ${other}, not ${middle}: they would be rounded again`,
    );
  }
  return {
    form: 'bytes',
    ...shape,
    bytes: constants.raw(tensor),
    isUnsigned: type === 'uint8',
    scales: Float32Array.from({ length: outputs }, (_, output) => scale(output)),
  };
}

/** Weights of `MatMulNBits` with 4 bits: [outputs, blocks, block ÷ 2], around 8 or a zero point of each block. */
export function nibbleWeights(
  constants: Constants,
  parts: { packed: TensorSummary; scales: TensorSummary; zeros: TensorSummary | undefined },
  { inputs, outputs, block }: { inputs: number; outputs: number; block: number },
): Weights {
  const blocks = Math.ceil(inputs / block);
  const zeroBytes = Math.ceil(blocks / 2);
  if (parts.zeros && parts.zeros.type !== 'uint8') refuse('4-bit weights have zero points of another type');
  return {
    form: 'floats',
    inputs,
    outputs,
    inputStep: 1,
    outputStep: inputs,
    floats: () => {
      const packed = constants.raw(parts.packed);
      const scales = constants.numbers(parts.scales);
      const zeros = parts.zeros && constants.raw(parts.zeros);
      const result = new Float32Array(outputs * inputs);
      for (let output = 0; output < outputs; output++) {
        for (let input = 0; input < inputs; input++) {
          const which = Math.floor(input / block);
          const value = nibble(packed, (output * blocks + which) * block + (input % block));
          const zero = zeros ? nibble(zeros, output * zeroBytes * 2 + which) : 8;
          result[output * inputs + input] = (value - zero) * scales[output * blocks + which]!;
        }
      }
      return result;
    },
  };
}

const nibble = (bytes: Uint8Array, at: number): number => (bytes[at >> 1]! >> ((at & 1) * 4)) & 15;

/** A table of floats, [rows, width]. */
export function floatTable(constants: Constants, tensor: TensorSummary): Table | undefined {
  const [rows, width, ...rest] = tensor.dims;
  if (!isFloat(tensor) || width === undefined || rest.length > 0) return undefined;
  return { form: 'floats', rows: rows!, width, floats: () => constants.numbers(tensor) };
}

/** Rows of `GatherBlockQuantized` with 4 bits: [rows, width ÷ 2], blocks along a row, around a zero point of each. */
export function nibbleTable(
  constants: Constants,
  parts: { packed: TensorSummary; scales: TensorSummary; zeros: TensorSummary | undefined },
  block: number,
): Table {
  const { packed, zeros } = parts;
  const [rows, halves] = packed.dims as [number, number];
  if (packed.type !== 'uint8' || packed.dims.length !== 2) refuse('a 4-bit table is not stored in bytes');
  const width = halves * 2;
  const blocks = width / block;
  if (!Number.isInteger(blocks) || block % 8 !== 0)
    refuse(`a 4-bit table has blocks of ${block} in rows of ${width}`);
  if (zeros && (zeros.type !== 'uint8' || zeros.dims[1] !== Math.ceil(blocks / 2))) {
    refuse('a 4-bit table has zero points of another form');
  }
  const scales = Float32Array.from(constants.numbers(parts.scales));
  const middle = zeros && constants.raw(zeros);
  const minimums = scales.map((scale, index) => {
    const [row, which] = [Math.floor(index / blocks), index % blocks];
    const zero = middle ? nibble(middle, row * Math.ceil(blocks / 2) * 2 + which) : 8;
    return -zero * scale;
  });
  return { form: 'nibbles', rows, width, bytes: constants.raw(packed), group: block, scales, minimums };
}
