/** An encoder as plain data, for a realm that has neither its file nor the time to pack it. */
import type { Place } from './packed.ts';
import type { Rows } from './plan/rows.ts';
import type { Program } from './program.ts';

/** A program whose constants lie in a memory. */
export interface PackedProgram {
  readonly program: Program;
  readonly width: number;
  readonly per: Rows['per'];
  /** Where the constants lie, in the order in which calls ask for them. */
  readonly places: readonly Place[];
}

/** Everything here can be cloned; `bytes`, all that lies in the memory, can be transferred. */
export interface EncoderCopy extends PackedProgram {
  readonly bytes: ArrayBuffer;
}

/** A program whose weights and tables keep their shapes alone: their numbers are packed. */
export const withoutData = (program: Program): Program => emptied(program) as Program;

function emptied(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return new Float32Array(0);
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      // Numbers that are computed when they are packed.
      typeof each === 'function' ? [] : [[name, emptied(each)]],
    ),
  );
}
