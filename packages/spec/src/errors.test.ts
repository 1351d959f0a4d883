import { describe, expect, it } from 'vitest';
import { deserializeError, isErrorCode, serializeError, statusOf } from './implement.ts';
import { FoundationError } from './index.ts';

describe('FoundationError', () => {
  it('takes status and retryable from its code', () => {
    const limited = new FoundationError({
      code: 'RATE_TOKEN_LIMIT_EXCEEDED',
      message: 'slow down',
      retryAfter: 3,
    });
    expect(limited).toMatchObject({ status: 429, retryable: true, retryAfter: 3, name: 'FoundationError' });
    const wrong = new FoundationError({ code: 'INPUT_MODEL_NOT_FOUND', message: 'no' });
    expect(wrong).toMatchObject({ status: 400, retryable: false });
    expect(statusOf('AUTHZ_INSUFFICIENT_BALANCE')).toBe(403);
    expect(isErrorCode('toString')).toBe(false);
  });

  it('is recognised by its mark, not its class', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('nearfield.error')]: true });
    expect(FoundationError.isInstance(foreign)).toBe(true);
    for (const other of [new Error('x'), null, 'x', {}])
      expect(FoundationError.isInstance(other)).toBe(false);
  });

  it('keeps its mark out of JSON and enumeration', () => {
    const error = new FoundationError({ code: 'CLOSED', message: 'closed' });
    expect(Object.getOwnPropertySymbols({ ...error })).toEqual([]);
  });
});

describe('serializeError', () => {
  it('carries everything across a structured clone', () => {
    const cause = new TypeError('inner', { cause: new DOMException('stop', 'AbortError') });
    const error = new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'bad',
      param: 'input.0',
      requestId: 'r1',
      issues: [{ field: 'input.0', message: 'bad', type: 'string' }],
      cause,
    });
    const copy = deserializeError(structuredClone(serializeError(error)));
    expect(FoundationError.isInstance(copy)).toBe(true);
    expect(copy).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'bad',
      status: 422,
      param: 'input.0',
      requestId: 'r1',
      retryable: false,
      issues: error.issues,
      stack: error.stack,
    });
    expect(copy.cause).toMatchObject({ name: 'TypeError', message: 'inner' });
    expect((copy.cause as Error).cause).toMatchObject({ name: 'AbortError', message: 'stop' });
  });

  it('copes with what is not an error, and with cycles', () => {
    expect(deserializeError(serializeError('plain')).message).toBe('plain');
    expect(deserializeError(serializeError(undefined)).message).toBe('undefined');
    const loop = new Error('loop');
    loop.cause = loop;
    expect(deserializeError(structuredClone(serializeError(loop))).message).toBe('loop');
  });
});
