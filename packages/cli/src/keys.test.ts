import { describe, expect, it } from 'vitest';
import { keysOfVariable } from './keys.ts';

describe('keysOfVariable', () => {
  it('separates keys by commas and leaves blanks out', () => {
    expect(keysOfVariable('KEYS', 'one, two ,,three\n')).toEqual(['one', 'two', 'three']);
    expect(keysOfVariable('KEYS', undefined)).toEqual([]);
  });

  it.each(['', ' ', ',', ' , \n'])('refuses a variable that is set to %j', (value) => {
    expect(() => keysOfVariable('KEYS', value)).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'KEYS' }),
    );
  });
});
