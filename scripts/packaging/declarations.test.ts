import { expect, test } from 'vitest';
import { rewriteDeclaration, withoutGenericArrays } from './declarations.ts';

test('relative imports get the extension of built files wherever they stand; nothing else changes', () => {
  const source = `import type { A } from './a.ts';
export { type B } from "../b.ts";
export * from './c.ts';
export type * from 'outside';
export type Lazy = import('./d/e.ts').E;
/** Not an import: './f.ts' */
export declare const name: './g.ts';
export declare function h(a: A): typeof import('./i.ts');
`;
  const { code, specifiers } = rewriteDeclaration(source);
  expect(code).toBe(
    source
      .replace('./a.ts', './a.js')
      .replace('../b.ts', '../b.js')
      .replace('./c.ts', './c.js')
      .replace('./d/e.ts', './d/e.js')
      .replace('./i.ts', './i.js'),
  );
  expect([...specifiers].sort()).toEqual(
    ['../b.js', './a.js', './c.js', './d/e.js', './i.js', 'outside'].sort(),
  );
});

test('a file that is not a declaration is an error', () => {
  expect(() => rewriteDeclaration('export declare const = 1;', 'x.d.ts')).toThrow(/^x\.d\.ts/);
});

test('generic typed arrays are written so that compilers without them understand', () => {
  expect(
    withoutGenericArrays('f(a: Uint8Array<ArrayBuffer>, b: Float32Array): Int8Array<ArrayBufferLike>'),
  ).toBe("f(a: ReturnType<Uint8ArrayConstructor['from']>, b: Float32Array): Int8Array");
});
