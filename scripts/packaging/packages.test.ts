import { expect, test } from 'vitest';
import { packageEntries, publishablePackages } from './packages.ts';

test('entries come from exports and bin', () => {
  const exports = {
    '.': { '@nearfield/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  };
  expect(packageEntries({ name: 'a', version: '1.0.0', exports, bin: { a: './dist/cli.js' } })).toEqual([
    { source: 'src/index.ts', output: 'dist/index.js', types: 'dist/index.d.ts' },
    { source: 'src/cli.ts', output: 'dist/cli.js' },
  ]);
});

test('an export without types is an error', () => {
  const exports = { '.': { '@nearfield/source': './src/index.ts', default: './dist/index.js' } };
  expect(() => packageEntries({ name: 'a', version: '1.0.0', exports })).toThrow(/a: export "\."/);
});

test('the published packages of this repository, dependencies first', async () => {
  const names = (await publishablePackages()).map(({ manifest }) => manifest.name);
  expect(names).toEqual(expect.arrayContaining(['@nearfield/spec', '@nearfield/core', '@nearfield/remote']));
  expect(names.indexOf('@nearfield/spec')).toBeLessThan(names.indexOf('@nearfield/core'));
  expect(names.indexOf('@nearfield/core')).toBeLessThan(names.indexOf('@nearfield/cli'));
  expect(names).not.toContain('@nearfield/onnx');
});
