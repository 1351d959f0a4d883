import { FoundationError } from '@nearfield/spec';

const OUT_OF_MEMORY =
  /out of memory|memory access out of bounds|bad_alloc|allocation failed|failed to allocate|could not allocate/i;
const DEVICE_LOST = /device.*(lost|destroyed)|(lost|destroyed).*device|mapAsync.*abort/i;

/** Turns anything that onnxruntime throws (strings, numbers, errors) into a typed error. */
export function classifyRuntimeError(cause: unknown, context: string): Error {
  if (FoundationError.isInstance(cause) || (cause instanceof Error && cause.name === 'AbortError')) {
    return cause as Error;
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  if (DEVICE_LOST.test(text)) {
    return new FoundationError({
      code: 'DEVICE_LOST',
      message: `${context}: the GPU device was lost. Calling again starts a new one.`,
      cause,
    });
  }
  // Emscripten reports a failed allocation as a bare number.
  if (OUT_OF_MEMORY.test(text) || typeof cause === 'number') {
    return new FoundationError({
      code: 'OUT_OF_MEMORY',
      message: `${context}: out of memory. Close other tabs, use a smaller model or dtype, or shorter inputs.`,
      cause,
    });
  }
  return new FoundationError({ code: 'MODEL_INVALID', message: `${context}: ${text}`, cause });
}

/** Errors that concern the device: splitting the batch would not help. */
export function isFatalRuntimeError(error: unknown): boolean {
  if (!FoundationError.isInstance(error)) return false;
  return error.code === 'DEVICE_LOST' || error.code === 'DEVICE_NOT_AVAILABLE';
}
