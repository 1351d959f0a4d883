/**
 * The computation of a graph as a plan: vectors of tokens or of texts, each made from others. Nothing in it is padded or
 * masked; a text's rows depend on that text alone.
 */
import type { Activation, Combination } from '../kernels.ts';

/** A matrix [inputs, outputs] in the layout of the file; steps are in elements. */
export type Weights = {
  readonly inputs: number;
  readonly outputs: number;
  /** From an input to the next, and from an output to the next. */
  readonly inputStep: number;
  readonly outputStep: number;
} & (
  | {
      readonly form: 'bytes';
      /** int8, or uint8 around 128. */
      readonly bytes: Uint8Array;
      readonly isUnsigned: boolean;
      /** One an output. */
      readonly scales: Float32Array;
    }
  | {
      /** Rounded to int8 with one scale an output when they are packed. */
      readonly form: 'floats';
      readonly floats: () => ArrayLike<number>;
    }
);

/** Rows that are looked up by number, each `width` numbers. */
export type Table = { readonly rows: number; readonly width: number } & (
  | { readonly form: 'floats'; readonly floats: () => ArrayLike<number> }
  | {
      readonly form: 'bytes';
      readonly bytes: Uint8Array;
      readonly isUnsigned: boolean;
      /** One a row. */
      readonly scales: Float32Array;
    }
  | {
      /** Two numbers to a byte, the first in the low half: number × scale + minimum of its group. */
      readonly form: 'nibbles';
      readonly bytes: Uint8Array;
      readonly group: number;
      /** One a group. */
      readonly scales: Float32Array;
      readonly minimums: Float32Array;
    }
);

/** Index of a table's row: the token, its segment, its position, the task of all texts, or nothing. */
export type LookUpKey = 'words' | 'types' | 'positions' | 'task' | 'fixed';

/** How a layer attends. Heads lie side by side in the rows. */
export interface AttentionForm {
  /** Of queries. */
  readonly heads: number;
  /** Heads of queries that share one of keys and values. */
  readonly shared: number;
  readonly size: number;
  readonly scale: number;
  readonly causal: boolean;
  /** ALiBi's, one a head. */
  readonly slopes: readonly number[] | undefined;
}

/** Turns pairs of numbers of a head by an angle that grows with the position: number i and number i + pairs. */
export interface Rotation {
  /** Angle from a position to the next, in radians, one a pair. */
  readonly frequencies: readonly number[];
  /** Factor of all that is turned; 1 for most. */
  readonly magnitude: number;
}

/** Which of a text's rows is taken for the text. The mean and the last are those of the tokens that are not hidden. */
export type PoolingForm = 'first' | 'last' | 'mean';

/** How rows are made. */
export type RowsOperation =
  | { readonly op: 'lookUp'; readonly table: Table; readonly by: LookUpKey; readonly offset: number }
  | {
      readonly op: 'product';
      readonly input: Rows;
      readonly weights: Weights;
      readonly bias: Float32Array | undefined;
    }
  | {
      readonly op: 'combine';
      readonly left: Rows;
      readonly right: Rows;
      readonly how: Exclude<Combination, 'none'>;
    }
  | {
      /** With one row for all. */
      readonly op: 'shift';
      readonly input: Rows;
      readonly row: Float32Array;
      readonly how: Exclude<Combination, 'none'>;
    }
  | {
      readonly op: 'normalise';
      readonly input: Rows;
      /** Parts of each row, of equal width, that are normalised by themselves. */
      readonly parts: number;
      readonly kind: 'layer' | 'rms';
      readonly epsilon: number;
      readonly scale: Float32Array | undefined;
      readonly bias: Float32Array | undefined;
    }
  | {
      readonly op: 'activate';
      readonly input: Rows;
      readonly activation: Exclude<Activation, 'none'>;
    }
  | {
      readonly op: 'attend';
      readonly query: Rows;
      readonly key: Rows;
      readonly value: Rows;
      readonly form: AttentionForm;
    }
  /** A function that the kernels have only as part of a form; `node` is its node in words. */
  | { readonly op: 'pending'; readonly input: Rows; readonly name: 'Erf' | 'Sigmoid'; readonly node: string }
  | {
      /** Heads lie side by side. */
      readonly op: 'rotate';
      readonly input: Rows;
      readonly heads: number;
      readonly rotation: Rotation;
    }
  /** One row of each text. */
  | { readonly op: 'pool'; readonly input: Rows; readonly how: PoolingForm };

/** Rows of `width` numbers, one a token or one a text. */
export type Rows = RowsOperation & { readonly width: number; readonly per: 'token' | 'text' };

/** The rows that other rows are made from. */
export function inputsOf(rows: Rows): Rows[] {
  switch (rows.op) {
    case 'lookUp':
      return [];
    case 'combine':
      return [rows.left, rows.right];
    case 'attend':
      return [rows.query, rows.key, rows.value];
    default:
      return [rows.input];
  }
}

/** Some columns of rows, without computing the others where they are made. Undefined where all are needed. */
export function columnsOf(rows: Rows, from: number, count: number): Rows | undefined {
  if (from === 0 && count === rows.width) return rows;
  const part = <Values extends Float32Array | undefined>(values: Values) =>
    values?.subarray(from, from + count) as Values;
  switch (rows.op) {
    case 'product':
      return { ...rows, width: count, weights: outputsOf(rows.weights, from, count), bias: part(rows.bias) };
    case 'shift':
    case 'activate': {
      const input = columnsOf(rows.input, from, count);
      if (!input) return undefined;
      return rows.op === 'shift'
        ? { ...rows, width: count, input, row: part(rows.row) }
        : { ...rows, width: count, input };
    }
    case 'combine': {
      const [left, right] = [columnsOf(rows.left, from, count), columnsOf(rows.right, from, count)];
      return left && right && { ...rows, width: count, left, right };
    }
    default:
      return undefined;
  }
}

function outputsOf(weights: Weights, from: number, count: number): Weights {
  const start = from * weights.outputStep;
  if (weights.form === 'bytes') {
    const scales = weights.scales.subarray(from, from + count);
    return { ...weights, outputs: count, bytes: weights.bytes.subarray(start), scales };
  }
  const { floats } = weights;
  return {
    ...weights,
    outputs: count,
    floats: () => {
      const all = floats();
      return all instanceof Float32Array ? all.subarray(start) : Array.from(all).slice(start);
    },
  };
}
