/**
 * Changing a model in the buffer it was downloaded into: single bytes are edited in place and new messages
 * appended, so that weights are never copied.
 */

/** A byte to overwrite. */
export interface ByteEdit {
  /** Position in the model's bytes. */
  readonly offset: number;
  /** Expected current bytes; anything else means that the edit was made for another file. */
  readonly from: number;
  readonly to: number;
}

/** A change to a model: edits in place, then bytes at the end. */
export interface ModelAddition {
  /** An encoded `ModelProto` to append. */
  readonly appended: Uint8Array;
  readonly edits: readonly ByteEdit[];
}

/**
 * Capacity in bytes to allocate for a file of `fileSize` bytes, so that {@link applyAdditions} usually finds
 * room at its end: one MiB more, which holds several thousand re-written nodes.
 */
export function modelCapacity(fileSize: number): number {
  return fileSize + 2 ** 20;
}

/**
 * Applies additions, in order, to the model in `buffer[0 … length)`.
 *
 * All additions may be made from one summary of the unchanged model; those whose nodes read values that
 * another addition re-writes come after it (a pooling tail after a per-token rewrite).
 *
 * @param buffer owned by the caller, changed in place.
 * @param length bytes of the model in it. Default the whole buffer.
 * @returns the changed model: a view of `buffer` when it has room, else of a new buffer that the bytes were
 *   copied to once.
 * @throws {RangeError} when an edit does not find the byte it expects; nothing is changed then.
 */
export function applyAdditions(
  buffer: Uint8Array,
  additions: readonly ModelAddition[],
  length: number = buffer.length,
): Uint8Array {
  for (const { edits } of additions) {
    for (const { offset, from } of edits) {
      if (offset >= length || buffer[offset] !== from) {
        throw new RangeError(`Byte ${offset} of the model is ${buffer[offset]}, but ${from} was expected`);
      }
    }
  }
  const total = additions.reduce((sum, { appended }) => sum + appended.length, length);
  let target = buffer;
  if (total > buffer.length) {
    target = new Uint8Array(total);
    target.set(buffer.subarray(0, length));
  }
  let end = length;
  for (const { edits, appended } of additions) {
    for (const { offset, to } of edits) target[offset] = to;
    target.set(appended, end);
    end += appended.length;
  }
  return target.subarray(0, end);
}
