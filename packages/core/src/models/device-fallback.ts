import { FoundationError } from '@nearfield/spec';

/**
 * Whether a model that failed on WebGPU may work on wasm: no file suits this GPU, it lacks an operator, or every file
 * computes wrong values.
 */
export function needsOtherDevice(error: unknown): error is FoundationError {
  return (
    FoundationError.isInstance(error) &&
    (error.code === 'SELF_CHECK_FAILED' ||
      (error.code === 'DEVICE_NOT_AVAILABLE' && error.param === 'device'))
  );
}
