/** Writes as bytes: what a log and an exported file are made of. */
import { ByteReader, ByteWriter } from '../format/bytes.ts';
import { checksum } from '../format/sha256.ts';
import type { Change } from './store.ts';

/** `NFL1`, lowest byte first: where a frame begins. */
const MARK = 0x314c464e;
/** Mark, length of what follows the header, its checksum. */
const HEADER = 12;

/** One write: all of its changes, or none. */
export interface Frame {
  /** The number of the write. */
  readonly sequence: number;
  readonly changes: readonly Change[];
}

/** A frame where it lies in a file. */
export interface FoundFrame extends Frame {
  /** For each change where its value begins in the file; undefined where it has none. */
  readonly places: readonly (number | undefined)[];
}

/** @param salt of the file: a frame of another one, which a value may hold, is none of this one. */
export function writeFrame({ sequence, changes }: Frame, salt: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.varint(sequence);
  writer.varint(changes.length);
  for (const { key, value } of changes) {
    writer.text(key);
    writer.byte(value === undefined ? 0 : 1);
    if (value === undefined) continue;
    writer.varint(value.length);
    writer.bytes(value);
  }
  const payload = writer.finish();
  const frame = new Uint8Array(HEADER + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, MARK, true);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, checksum(payload, salt), true);
  frame.set(payload, HEADER);
  return frame;
}

/** Content of a log. */
export interface FoundFrames {
  readonly frames: readonly FoundFrame[];
  /** End of the last sound frame. */
  readonly end: number;
  /** Stretches that were written whole and are no sound frames any more. */
  readonly damaged: readonly (readonly [start: number, end: number])[];
}

/**
 * The sound frames of a log. What follows the last one is a write that was not finished, or is being made, unless it has
 * its whole length; that, and what lies between two of them, is damage.
 * @param offset where the bytes begin in the file
 */
export function readFrames(bytes: Uint8Array, salt: number, offset = 0): FoundFrames {
  const frames: FoundFrame[] = [];
  const damaged: (readonly [number, number])[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = 0;
  let at = 0;
  while (at + HEADER <= bytes.length) {
    const frame = frameAt(bytes, view, at, { salt, offset });
    if (frame === undefined) {
      at++;
      continue;
    }
    if (at > end) damaged.push([offset + end, offset + at]);
    frames.push(frame.frame);
    at = frame.end;
    end = at;
  }
  if (hasWholeLength(view, end)) damaged.push([offset + end, offset + bytes.length]);
  return { frames, end: offset + end, damaged };
}

const hasWholeLength = (view: DataView, at: number): boolean =>
  at + HEADER <= view.byteLength &&
  view.getUint32(at, true) === MARK &&
  at + HEADER + view.getUint32(at + 4, true) <= view.byteLength;

function frameAt(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { salt, offset }: { salt: number; offset: number },
): { frame: FoundFrame; end: number } | undefined {
  if (!hasWholeLength(view, at)) return undefined;
  const length = view.getUint32(at + 4, true);
  const start = at + HEADER;
  const payload = bytes.subarray(start, start + length);
  if (checksum(payload, salt) !== view.getUint32(at + 8, true)) return undefined;
  const reader = new ByteReader(payload, 'the log');
  const sequence = reader.varint();
  const places: (number | undefined)[] = [];
  const changes = Array.from({ length: reader.varint() }, (): Change => {
    const key = reader.text();
    if (reader.byte() === 0) {
      places.push(undefined);
      return { key, value: undefined };
    }
    const value = reader.bytes(reader.varint());
    places.push(offset + start + (value.byteOffset - payload.byteOffset));
    return { key, value: value.slice() };
  });
  return { frame: { sequence, changes, places }, end: start + length };
}
