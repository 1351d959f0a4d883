import { type ErrorCode, FoundationError } from '@nearfield/spec';
import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../words/language.ts';
import { describeProblem, inWords, isAbort, type Place } from './problems.ts';

afterEach(() => useLanguage('en'));

const hosted: Place = { where: 'hosted', host: 'api.jina.ai' };
const server: Place = { where: 'server', host: 'localhost:8091' };

const codes: ErrorCode[] = [
  'AUTH_INVALID_API_KEY',
  'AUTH_MISSING_API_KEY',
  'CONNECTION_FAILED',
  'INPUT_TOKEN_LIMIT_EXCEEDED',
  'INPUT_VALIDATION_FAILED',
  'STORAGE_QUOTA_EXCEEDED',
  'STORAGE_FAILED',
  'RECORD_DAMAGED',
  'AUTHZ_HOST_NOT_ALLOWED',
  'AUTHZ_ORIGIN_NOT_ALLOWED',
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
      { place: code.startsWith('AUTHZ') ? server : code.startsWith('AUTH') ? hosted : { where: 'here' } },
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
    expect(describeProblem(error, 'indexing', { empty: true }).title).toBe('There is no text to index');
    expect(describeProblem(error, 'indexing').title).toBe('The request does not fit');
  });

  test('passes on how long to wait', () => {
    const error = new FoundationError({
      code: 'RATE_REQUEST_LIMIT_EXCEEDED',
      message: 'Slow down.',
      retryAfter: 7,
    });
    expect(describeProblem(error, 'question').message).toBe('Slow down. The server asks to wait 7 s.');
  });

  test('advises by where the answer was to come from', () => {
    const words = (code: ErrorCode, place?: Place) =>
      describeProblem(new FoundationError({ code, message: 'No.' }), 'indexing', { ...(place && { place }) });
    const missing = words('MODEL_NOT_AVAILABLE_LOCALLY', server);
    expect(missing.title).toBe('The server does not have this model');
    expect(missing.advice).toContain('localhost:8091');
    expect(`${missing.title} ${missing.advice}`).not.toMatch(/browser|Remote/u);
    expect(words('MODEL_NOT_AVAILABLE_LOCALLY').advice).toContain('switch to Remote');
    expect(words('AUTH_INVALID_API_KEY', hosted).advice).toContain('jina.ai');
    expect(words('AUTH_INVALID_API_KEY', server).advice).not.toContain('jina.ai');
    expect(words('AUTH_MISSING_API_KEY', server).title).toBe('An API key is needed');
  });

  test.each([
    'MODEL_NOT_AVAILABLE_LOCALLY',
    'DEVICE_NOT_AVAILABLE',
    'DEVICE_LOST',
    'WORKER_FAILED',
    'OUT_OF_MEMORY',
    'STORAGE_QUOTA_EXCEEDED',
    'STORAGE_FAILED',
    'RECORD_DAMAGED',
    'AUTHZ_HOST_NOT_ALLOWED',
    'AUTHZ_ORIGIN_NOT_ALLOWED',
    'DOWNLOAD_FAILED',
    'MODEL_INVALID',
    'SELF_CHECK_FAILED',
  ] satisfies ErrorCode[])('of a server speaks of the server: %s', (code) => {
    const { title, advice } = describeProblem(new FoundationError({ code, message: 'No.' }), 'indexing', {
      place: server,
    });
    expect(`${title} ${advice}`).not.toMatch(/browser|\?device|Storage|switch to Remote|tabs/u);
  });

  test.each([
    'Failed to fetch dynamically imported module: https://example.org/assets/x.js',
    'error loading dynamically imported module: https://example.org/assets/x.js',
    'Importing a module script failed.',
  ])('calls a part of the page that did not arrive what it is: %s', (message) => {
    const problem = describeProblem(new TypeError(message), 'page');
    expect(problem.title).toBe('A part of the page could not be loaded');
    expect(`${problem.message} ${problem.advice}`).not.toMatch(/report|module/u);
  });

  test('follows the language while it is shown', async () => {
    const problem = describeProblem(
      new FoundationError({
        code: 'AUTHZ_HOST_NOT_ALLOWED',
        message: 'Could not reach http://localhost:8091 for rerank (Failed to fetch).',
        retryAfter: 7,
      }),
      'rerank',
      { place: server },
    );
    await useLanguage('de');
    expect(inWords(problem)).toMatchObject({
      code: 'AUTHZ_HOST_NOT_ALLOWED',
      title: 'Der Server antwortet nicht unter dieser Adresse',
      message: 'Von http://localhost:8091 kam keine Antwort. Der Server bittet, 7 s zu warten.',
      isForeign: false,
      advice: expect.stringContaining('den Namen localhost:8091 zuzulassen'),
    });
    await useLanguage('en');
    expect(inWords(problem)).toEqual(problem);
  });

  test('a message that only the engine has words for is marked as its own', async () => {
    await useLanguage('de');
    const problem = describeProblem(
      new FoundationError({ code: 'DEVICE_LOST', message: 'The GPU was lost.' }),
      'question',
    );
    expect(problem).toMatchObject({ message: 'The GPU was lost.', isForeign: true });
    expect(problem.title).toBe('Die Engine ist stehen geblieben');
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
