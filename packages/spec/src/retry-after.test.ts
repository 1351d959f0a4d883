import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from './implement.ts';

describe('retryAfterSeconds', () => {
  it('reads seconds and dates', () => {
    expect(retryAfterSeconds('120')).toBe(120);
    expect(retryAfterSeconds('0')).toBe(0);
    expect(retryAfterSeconds('-5')).toBe(0);
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfterSeconds('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30);
    expect(retryAfterSeconds('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  });

  it('rounds up: nobody returns too early', () => {
    expect(retryAfterSeconds('Thu, 01 Jan 2026 00:00:30 GMT', Date.UTC(2026, 0, 1) + 400)).toBe(30);
  });

  it.each(['soon', '', '  ', null])('is undefined for %j', (header) => {
    expect(retryAfterSeconds(header)).toBeUndefined();
  });
});
