/** An answer as JSON has it: vectors are lists of numbers, and what a page cannot print is said by its kind. */
export function plainJson(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...(value as unknown as Iterable<number>)].map(shortNumber(value));
  if (typeof Blob !== 'undefined' && value instanceof Blob)
    return `[${value.type || 'file'}, ${value.size} bytes]`;
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainJson(each)]));
}

/** A float32 has seven digits and a bit: the rest of a float64 that holds it is noise. */
const shortNumber =
  (vector: ArrayBufferView) =>
  (value: number): number =>
    vector instanceof Float32Array ? Number(value.toPrecision(9)) : value;
