/** Whether a model fits a device: its memory, and what the browser may store. */

/** Bytes of memory for each byte of a model's files while it is loaded: see docs/benchmarks.md, growth while loading. */
const MEMORY_FACTOR = 2.4;

/** Bytes that WebAssembly can address. */
const WASM_BYTES = 2 ** 32;

/** Share of a device's memory that one page may take without pushing others out. */
const SHARE = 0.5;

export interface DeviceRoom {
  /** Gigabytes, as browsers round them; undefined where the browser does not say. */
  memory: number | undefined;
  /** Bytes that may still be stored; undefined where the browser does not say. */
  free: number | undefined;
}

export interface Fit {
  /** Bytes of memory while it is loaded, about. */
  needs: number;
  /**
   * `address-space`: more than WebAssembly can address; `memory`: more than half of the device's; `storage`: the browser
   * has no room for the files.
   */
  problem: 'address-space' | 'memory' | 'storage' | undefined;
}

/**
 * @param bytes of the model's files
 * @param isStored whether the files are here already
 * @param target where it would compute
 */
export function fitOf(
  bytes: number,
  { isStored, target, room }: { isStored: boolean; target: 'webgpu' | 'wasm' | undefined; room: DeviceRoom },
): Fit {
  const needs = bytes * MEMORY_FACTOR;
  const isTooLarge = target === 'wasm' && needs > WASM_BYTES;
  const isMuch = room.memory !== undefined && needs > room.memory * 1e9 * SHARE;
  const hasNoRoom = !isStored && room.free !== undefined && bytes > room.free;
  const problem = isTooLarge ? 'address-space' : hasNoRoom ? 'storage' : isMuch ? 'memory' : undefined;
  return { needs, problem };
}
