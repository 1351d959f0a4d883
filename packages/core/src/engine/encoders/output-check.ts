/**
 * Looks at what a model computed before anybody gets it. Weights that are damaged, or too large for the precision
 * they run in, give numbers that are none (NaN, infinities) or vectors of zeros, which look like results.
 */
import { type Device, type Dtype, FoundationError } from '@nearfield/spec';

/** Why a computed value is none: the cause of the error that callers get. */
class NotAValue extends Error {
  override readonly name = 'NotAValue';
}

/** Whether an error says that a model computed values that are none: another precision or device may do better. */
export const isNotAValue = (error: unknown): boolean =>
  FoundationError.isInstance(error) && error.cause instanceof NotAValue;

/** How far the squared length of a normalised vector may be from 1. float16 vectors of 4,096 numbers stay within. */
const LENGTH_TOLERANCE = 0.01;

/** Checks the values of one model file on one device. */
export class OutputCheck {
  readonly #model: string;
  readonly #device: Device;
  readonly #dtype: Dtype;
  /** Numbers of a vector of this model; undefined while that is not known. */
  width: number | undefined;

  constructor(model: string, device: Device, dtype: Dtype) {
    this.#model = model;
    this.#device = device;
    this.#dtype = dtype;
  }

  /**
   * Vectors one after the other.
   * @param dimensions numbers of each.
   * @throws FoundationError MODEL_INVALID if one is none: numbers that are none, or zeros throughout.
   */
  vectors(data: Float32Array, dimensions: number, normalized: boolean): void {
    for (let start = 0; start < data.length; start += dimensions) {
      let square = 0;
      for (let at = start; at < start + dimensions; at++) square += data[at]! * data[at]!;
      if (!Number.isFinite(square)) throw this.#failure('values that are no numbers (NaN or infinite)');
      if (square === 0) throw this.#failure('vectors of zeros');
      if (normalized && Math.abs(square - 1) > LENGTH_TOLERANCE) {
        throw this.#failure(`vectors of length ${Math.sqrt(square).toPrecision(3)}, not 1`);
      }
    }
  }

  /** Scores or logits. @throws FoundationError MODEL_INVALID if one is no number. */
  numbers(data: Float32Array): void {
    let sum = 0;
    for (const value of data) sum += Math.abs(value);
    if (!Number.isFinite(sum)) throw this.#failure('values that are no numbers (NaN or infinite)');
  }

  /**
   * The size of what came out.
   * @param wanted numbers asked for; a model that has fewer gives all it has.
   * @throws FoundationError MODEL_INVALID if the model has another width than it is known to have.
   */
  size(dimensions: number, wanted: number): void {
    const { width } = this;
    if (width !== undefined && dimensions !== Math.min(width, wanted)) throw this.wrongWidth(dimensions);
  }

  /** The error for a file whose vectors, or logits, have another width than the model's. */
  wrongWidth(found: number): FoundationError {
    return new FoundationError({
      code: 'MODEL_INVALID',
      message: `These files are of another model than ${this.#model}: it gives ${this.width} numbers for an input, they give ${found}. Correct the model's source or its recipe, or give the model an id of its own and say with 'like' which model it follows.`,
      param: 'model',
    });
  }

  #failure(what: string): FoundationError {
    const elsewhere = this.#device === 'webgpu' ? 'device "wasm" or another' : 'another';
    return new FoundationError({
      code: 'MODEL_INVALID',
      message: `${this.#model} (${this.#dtype}) computed ${what} on ${this.#device}. Numbers that became too large for their precision do that: use ${elsewhere} dtype. If its files may be damaged, delete them from the cache and load again.`,
      param: 'model',
      cause: new NotAValue(what),
    });
  }
}
