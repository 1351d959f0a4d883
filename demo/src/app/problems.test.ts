import { type ErrorCode, FoundationError } from '@nearfield/spec';
import { describe, expect, test } from 'vitest';
import { describeProblem, isAbort } from './problems.ts';

const codes: ErrorCode[] = [
  'AUTH_INVALID_API_KEY',
  'AUTH_MISSING_API_KEY',
  'CONNECTION_FAILED',
  'INPUT_TOKEN_LIMIT_EXCEEDED',
  'INPUT_VALIDATION_FAILED',
  'STORAGE_QUOTA_EXCEEDED',
  'DEVICE_NOT_AVAILABLE',
  'RUNTIME_NOT_AVAILABLE',
  'DOWNLOAD_FAILED',
  'RATE_TOKEN_LIMIT_EXCEEDED',
];

describe('describeProblem', () => {
  test.each(codes)('says what happened and what to do for %s', (code) => {
    const problem = describeProblem(
      new FoundationError({ code, message: 'Words of the engine.' }),
      'question',
    );
    expect(problem).toMatchObject({ code, origin: 'question', message: 'Words of the engine.' });
    expect(problem.title).not.toBe('The request failed');
    expect(problem.advice.length).toBeGreaterThan(20);
  });

  test('has its own words for an empty collection', () => {
    const error = new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: 'Input list cannot be empty.',
    });
    expect(describeProblem(error, 'indexing', true).title).toBe('There is no text to index');
    expect(describeProblem(error, 'indexing', false).title).toBe('The request does not fit');
  });

  test('passes on how long to wait', () => {
    const error = new FoundationError({
      code: 'RATE_REQUEST_LIMIT_EXCEEDED',
      message: 'Slow down.',
      retryAfter: 7,
    });
    expect(describeProblem(error, 'question').message).toBe('Slow down. The server asks to wait 7 s.');
  });

  test('shows no stack of an unknown error', () => {
    const problem = describeProblem(new TypeError('x is undefined'), 'files');
    expect(problem.code).toBe('UNEXPECTED');
    expect(JSON.stringify(problem)).not.toContain('problems.test');
  });
});

test('isAbort knows cancellations only', () => {
  expect(isAbort(new DOMException('stop', 'AbortError'))).toBe(true);
  expect(isAbort(new Error('stop'))).toBe(false);
  expect(isAbort(undefined)).toBe(false);
});
