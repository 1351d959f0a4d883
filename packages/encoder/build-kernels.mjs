// Compiles assembly/ and writes the bytes into src/kernels.wasm.ts and src/kernels-relaxed.wasm.ts, which are committed:
// bundlers need no loader for them, pages no further request, and those who only build the packages no compiler.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Compiles a variant of the kernels. The same sources and compiler give the same bytes.
 * @param {boolean} isRelaxed whether it multiplies with relaxed vectors.
 * @throws {Error} with the compiler's messages.
 */
export async function compileKernels(isRelaxed) {
  /** @type {Uint8Array | undefined} */
  let wasm;
  const options = [
    '-O3',
    '--noAssert',
    '--converge',
    '--runtime',
    'stub',
    '--importMemory',
    '--enable',
    'simd',
    ...(isRelaxed ? ['--enable', 'relaxed-simd'] : []),
    '--disableWarning',
    '112',
  ];
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--baseDir',
      path('.'),
      '--outFile',
      'kernels.wasm',
      '--initialMemory',
      '1',
      ...options,
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') wasm = contents;
      },
    },
  );
  if (error || !wasm) throw new Error(`${error?.message ?? 'nothing was compiled'}\n${stderr.toString()}`);
  return wasm;
}

/**
 * The module that holds these bytes, in hexadecimal: unlike base64 it keeps bytes apart, so that what both variants have
 * in common is compressed once, and a worker is four kilobytes smaller (brotli).
 * @param {Uint8Array} wasm
 * @param {boolean} isRelaxed
 */
export function kernelModule(wasm, isRelaxed) {
  const lines = Buffer.from(wasm)
    .toString('hex')
    .match(/.{1,100}/g);
  return [
    '// Written by build-kernels.mjs from assembly/: change that and run `npm run kernels` in packages/encoder.',
    `/** The kernels' WebAssembly${isRelaxed ? ' with relaxed vectors' : ''}, ${wasm.length} bytes, in hexadecimal. */`,
    `export const ${isRelaxed ? 'RELAXED_KERNELS' : 'KERNELS'} =`,
    ...(lines ?? []).map((line, index, all) => `  '${line}'${index === all.length - 1 ? ';' : ' +'}`),
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const isRelaxed of [false, true]) {
    const wasm = await compileKernels(isRelaxed);
    const file = isRelaxed ? 'src/kernels-relaxed.wasm.ts' : 'src/kernels.wasm.ts';
    writeFileSync(path(file), kernelModule(wasm, isRelaxed));
    console.log(`${file}: ${wasm.length} bytes of WebAssembly`);
  }
}
