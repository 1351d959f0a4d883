/** Forms that exporters write functions in, found among rows. */
import type { Activation } from '../kernels.ts';
import type { Rows } from './rows.ts';
import { isAbout } from './values.ts';

/** A product, taken apart. */
interface Factors {
  readonly number: number;
  readonly rows: readonly Rows[];
}

/** The one number of a row; undefined if there are several. */
const uniform = (row: Float32Array): number | undefined =>
  row.every((value) => value === row[0]) ? row[0] : undefined;

function factorsOf(rows: Rows): Factors {
  if (rows.op === 'combine' && rows.how === 'multiply') {
    const [left, right] = [factorsOf(rows.left), factorsOf(rows.right)];
    return { number: left.number * right.number, rows: [...left.rows, ...right.rows] };
  }
  const number = rows.op === 'shift' && rows.how === 'multiply' ? uniform(rows.row) : undefined;
  if (rows.op !== 'shift' || number === undefined) return { number: 1, rows: [rows] };
  const inner = factorsOf(rows.input);
  return { number: inner.number * number, rows: inner.rows };
}

/** The operand that 1 was added to. */
const onePlus = (rows: Rows): Rows | undefined =>
  rows.op === 'shift' && rows.how === 'add' && uniform(rows.row) === 1 ? rows.input : undefined;

/** Whether these are a number times so many times x. */
function isMonomial(rows: Rows, number: number, x: Rows, power: number): boolean {
  const found = factorsOf(rows);
  return (
    isAbout(found.number, number) && found.rows.length === power && found.rows.every((each) => each === x)
  );
}

/** √(2/π)(x + 0.044715x³), or √(2/π)·x·(1 + 0.044715x²). */
function isTanhArgument(rows: Rows, x: Rows): boolean {
  const found = factorsOf(rows);
  if (!isAbout(found.number, Math.sqrt(2 / Math.PI))) return false;
  const [first, second] = found.rows;
  if (found.rows.length === 1 && first?.op === 'combine' && first.how === 'add') {
    const { left, right } = first;
    return (
      (left === x && isMonomial(right, 0.044715, x, 3)) || (right === x && isMonomial(left, 0.044715, x, 3))
    );
  }
  if (found.rows.length !== 2 || !first || !second) return false;
  const inner = onePlus(first === x ? second : first);
  return found.rows.includes(x) && inner !== undefined && isMonomial(inner, 0.044715, x, 2);
}

/** `x · ½ · (1 + erf(x ÷ √2))`, `x · ½ · (1 + tanh(…))` and `x · sigmoid(x)`, in whatever order of factors. */
function functionOf({
  number,
  rows,
}: Factors): { x: Rows; activation: Exclude<Activation, 'none'> } | undefined {
  if (rows.length !== 2) return undefined;
  for (const [x, other] of [rows, [...rows].reverse()] as [Rows, Rows][]) {
    if (number === 1 && other.op === 'pending' && other.name === 'Sigmoid' && other.input === x) {
      return { x, activation: 'silu' };
    }
    const inner = isAbout(number, 0.5) ? onePlus(other) : undefined;
    if (inner?.op === 'pending' && inner.name === 'Erf' && isMonomial(inner.input, Math.SQRT1_2, x, 1)) {
      return { x, activation: 'gelu' };
    }
    if (inner?.op === 'activate' && inner.activation === 'tanh' && isTanhArgument(inner.input, x)) {
      return { x, activation: 'geluTanh' };
    }
  }
  return undefined;
}

/** A product as the function that it is, where it is one. */
export function recognised(product: Rows): Rows {
  const found = functionOf(factorsOf(product));
  if (!found) return product;
  const { width, per } = product;
  return { op: 'activate', input: found.x, activation: found.activation, width, per };
}
