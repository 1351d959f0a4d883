// Weights from the layouts of files into the panels that `multiply` reads: eight columns side by side, for each two
// rows sixteen bytes (column 0's pair, column 1's pair, …), for each four 32 with relaxed vectors. Columns and rows that
// fill up are zeros.
//
// A matrix is described by two strides in elements: `rowStep` from a row (an input) to the next, `columnStep` from a
// column (an output) to the next. So [inputs, outputs] and [outputs, inputs] are the same to it.

// @ts-ignore: decorator
@inline
function place(weights: usize, depth: i32, row: i32, column: i32): usize {
  const panel = <usize>(column >> 3) * (<usize>depth << 3);
  if (ASC_FEATURE_RELAXED_SIMD) {
    return weights + panel + (<usize>(row >> 2) << 5) + (<usize>(column & 7) << 2) + (row & 3);
  }
  return weights + panel + (<usize>(row >> 1) << 4) + (<usize>(column & 7) << 1) + (row & 1);
}

// With relaxed vectors, for each column its negated sum, behind the panels: what is added to all activations of a row is
// taken off again by it.
function putSums(weights: usize, depth: i32, rows: i32, columns: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return;
  const padded = (columns + 7) & ~7;
  const sums = weights + <usize>padded * depth;
  for (let column = 0; column < padded; column++) {
    let sum = 0;
    for (let row = 0; column < columns && row < rows; row++) sum += load<i8>(place(weights, depth, row, column));
    store<i32>(sums + (<usize>column << 2), -sum);
  }
}

// int8 numbers as they are, `uint8` ones minus 128 (`flip` 0x80).
export function packBytes(
  source: usize,
  rowStep: i32,
  columnStep: i32,
  rows: i32,
  columns: i32,
  flip: i32,
  depth: i32,
  weights: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let from = source + <usize>row * rowStep;
    for (let column = 0; column < columns; column++, from += columnStep) {
      store<u8>(place(weights, depth, row, column), load<u8>(from) ^ flip);
    }
  }
  putSums(weights, depth, rows, columns);
}

// float32 numbers, rounded to int8 with one scale a column, which is written to `scales`.
export function packFloats(
  source: usize,
  rowStep: i32,
  columnStep: i32,
  rows: i32,
  columns: i32,
  depth: i32,
  weights: usize,
  scales: usize,
): void {
  const rowBytes = <usize>rowStep << 2;
  const columnBytes = <usize>columnStep << 2;
  for (let column = 0; column < columns; column++) store<f32>(scales + (<usize>column << 2), 0);
  for (let row = 0; row < rows; row++) {
    let from = source + <usize>row * rowBytes;
    for (let column = 0; column < columns; column++, from += columnBytes) {
      const at = scales + (<usize>column << 2);
      store<f32>(at, max(load<f32>(at), abs(load<f32>(from))));
    }
  }
  for (let column = 0; column < columns; column++) {
    const at = scales + (<usize>column << 2);
    // A column of zeros has scale 1: zero under any scale.
    const scale = load<f32>(at) / 127;
    store<f32>(at, scale > 0 ? scale : 1);
  }
  for (let row = 0; row < rows; row++) {
    let from = source + <usize>row * rowBytes;
    for (let column = 0; column < columns; column++, from += columnBytes) {
      const value = nearest(load<f32>(from) / load<f32>(scales + (<usize>column << 2)));
      store<i8>(place(weights, depth, row, column), <i8>max<f32>(-127, min<f32>(127, value)));
    }
  }
  putSums(weights, depth, rows, columns);
}
