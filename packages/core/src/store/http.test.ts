import { formatBytes } from '@nearfield/storage';
import { describe, expect, test } from 'vitest';
import { parseContentRange } from './http.ts';
import { parseManifest } from './manifest.ts';
import { checkPath, encodePath } from './paths.ts';

describe('parseContentRange', () => {
  test.each([
    ['bytes 5-9/10', { offset: 5, size: 10 }],
    ['bytes 0-0/*', { offset: 0 }],
    ['bytes */1234', { size: 1234 }],
    ['items 0-1/2', {}],
    [null, {}],
  ])('%s', (header, expected) => {
    expect(parseContentRange(header)).toEqual(expected);
  });
});

describe('paths', () => {
  test.each(['../x', 'a/../b', '/etc/passwd', 'a//b', 'a/./b', 'a\\b', 'a\0b', '', 'a/'])(
    'refuses %j',
    (path) => {
      expect(() => checkPath(path)).toThrow(expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }));
    },
  );

  test('escapes what URLs give a meaning', () => {
    expect(encodePath('onnx/model #1?.onnx')).toBe('onnx/model%20%231%3F.onnx');
  });
});

describe('parseManifest', () => {
  test('takes sizes and hashes, and leaves other JSON alone', () => {
    const hash = 'A'.repeat(64);
    expect(
      parseManifest(`{"files":[{"path":"a","size":3,"sha256":"${hash}"},{"path":"b","size":0}]}`),
    ).toEqual(
      new Map<string, object>([
        ['a', { path: 'a', size: 3, sha256: hash.toLowerCase() }],
        ['b', { path: 'b', size: 0 }],
      ]),
    );
    expect(parseManifest('{"name":"A web app","icons":[]}')).toBeUndefined();
    expect(parseManifest('{"files":[{"path":"a","size":-1}]}')).toBeUndefined();
    expect(parseManifest('<!doctype html>')).toBeUndefined();
  });
});

describe('formatBytes', () => {
  test.each([
    [999, '999 bytes'],
    [1500, '1.5 kB'],
    [999_949, '999.9 kB'],
    [23_500_076, '23.5 MB'],
    [2_290_000_000, '2.29 GB'],
  ])('%i', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
