/**
 * Checks a model's results before they are returned. Weights that are damaged, or too large for the precision in which
 * they run, give NaN, infinities or vectors of zeros, which look like results.
 */
import { type Device, type Dtype, FoundationError } from '@nearfield/spec';

/** Marks computed values as unusable: the cause of the error that callers get. */
class NotAValue extends Error {
  override readonly name = 'NotAValue';
}

/** Whether an error means that a model computed unusable values: another precision or device may do better. */
export const isNotAValue = (error: unknown): boolean =>
  FoundationError.isInstance(error) && error.cause instanceof NotAValue;

/** Tolerance for the squared length of a normalised vector. float16 vectors of 4,096 dimensions stay within it. */
const LENGTH_TOLERANCE = 0.01;

/** Checks the values of one model file on one device. */
export class OutputCheck {
  readonly #model: string;
  readonly #device: Device;
  readonly #dtype: Dtype;
  /** Dimensions of this model's vectors; undefined until known. */
  width: number | undefined;

  constructor(model: string, device: Device, dtype: Dtype) {
    this.#model = model;
    this.#device = device;
    this.#dtype = dtype;
  }

  /**
   * Checks concatenated vectors.
   * @param dimensions of each vector.
   * @throws FoundationError MODEL_INVALID if one contains NaN or infinities, or only zeros.
   */
  vectors(data: Float32Array, dimensions: number, normalized: boolean): void {
    for (let start = 0; start < data.length; start += dimensions) {
      let square = 0;
      for (let at = start; at < start + dimensions; at++) square += data[at]! * data[at]!;
      if (!Number.isFinite(square)) throw this.#failure('values that are not numbers (NaN or infinite)');
      if (square === 0) throw this.#failure('vectors of zeros');
      if (normalized && Math.abs(square - 1) > LENGTH_TOLERANCE) {
        throw this.#failure(`vectors of length ${Math.sqrt(square).toPrecision(3)}, not 1`);
      }
    }
  }

  /** Checks scores or logits. @throws FoundationError MODEL_INVALID if one is not a number. */
  numbers(data: Float32Array): void {
    let sum = 0;
    for (const value of data) sum += Math.abs(value);
    if (!Number.isFinite(sum)) throw this.#failure('values that are not numbers (NaN or infinite)');
  }

  /**
   * Checks the number of computed values per input.
   * @param wanted requested dimensions; a model with fewer returns all it has.
   * @throws FoundationError MODEL_INVALID if the width differs from the model's known width.
   */
  size(dimensions: number, wanted: number): void {
    const { width } = this;
    if (width !== undefined && dimensions !== Math.min(width, wanted)) throw this.wrongWidth(dimensions);
  }

  /** The error for a file whose vectors, or logits, differ in width from the model's. */
  wrongWidth(found: number): FoundationError {
    return new FoundationError({
      code: 'MODEL_INVALID',
      message: `These files belong to another model than ${this.#model}: it gives ${this.width} numbers per input, they give ${found}. Correct the model's source or its recipe, or give the model an id of its own and name the model that it follows in 'like'.`,
      param: 'model',
    });
  }

  #failure(what: string): FoundationError {
    const elsewhere = this.#device === 'webgpu' ? 'device "wasm" or another' : 'another';
    return new FoundationError({
      code: 'MODEL_INVALID',
      message: `${this.#model} (${this.#dtype}) computed ${what} on ${this.#device}. Its numbers may be too large for this precision: use ${elsewhere} dtype. If its files may be damaged, delete them from the cache and load again.`,
      param: 'model',
      cause: new NotAValue(what),
    });
  }
}
