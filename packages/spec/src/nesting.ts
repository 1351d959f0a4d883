import { FoundationError } from './errors.ts';

/** Levels of lists and objects in a request: far more than any needs, far fewer than fill a call stack. */
export const MOST_LEVELS = 1000;

/**
 * Refuses data that is nested deeper than `MOST_LEVELS`: whatever walks through it later (JSON, copies for a worker)
 * does so by recursion. Only lists and plain objects are looked into.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function requireShallow(value: unknown): void {
  const seen = new Set<object>();
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) throw nestedTooDeep();
    const next: object[] = [];
    for (const each of level) {
      for (const inner of Array.isArray(each) ? each : Object.values(each)) {
        if (!isNested(inner) || seen.has(inner)) continue;
        seen.add(inner);
        next.push(inner);
      }
    }
    level = next;
  }
}

function isNested(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The error of data that is nested too deep. */
export function nestedTooDeep(): FoundationError {
  const message = `The request is nested more than ${MOST_LEVELS} levels deep. Flatten it.`;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message,
    param: 'body',
    issues: [{ field: 'body', message, type: 'recursion_loop' }],
  });
}
