import { kernelBytes } from '@nearfield/encoder';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createNodeFoundation } from '../../../node.ts';
import { encoderFault, provideEncoder } from './encoder-file.ts';

const RECIPE = 'https://docs.example/toolchains#hosts';

describe('a host that compiles WebAssembly only when a program is deployed', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.resetModules();
  });

  it('is named, with the file to import and the recipe, until it gives the compiled file', async () => {
    const module = await WebAssembly.compile(kernelBytes());
    const refusal = new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(refusal);
    // Compiled once for a realm: its own, so that no other test has compiled it before.
    vi.resetModules();
    const fresh = await import('./encoder-file.ts');
    expect(await fresh.encoderFault(RECIPE)).toMatchObject({
      code: 'RUNTIME_NOT_AVAILABLE',
      retryable: false,
      message: expect.stringContaining("import encoder from '@nearfield/core/encoder.wasm'"),
      cause: refusal,
    });
    expect((await fresh.encoderFault(RECIPE))!.message).toContain(RECIPE);
    const before = compile.mock.calls.length;
    expect(fresh.provideEncoder(module)).toBe(true);
    expect(await fresh.encoderFault(RECIPE)).toBeUndefined();
    expect(compile.mock.calls.length).toBe(before);
  });

  it('is not one that compiles', async () => {
    expect(await encoderFault(RECIPE)).toBeUndefined();
  });
});

it('refuses any other module, or none', async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  for (const encoder of [empty, {}, kernelBytes()]) {
    expect(provideEncoder(encoder)).toBe(false);
    expect(() => createNodeFoundation({ encoder })).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'encoder' }),
    );
  }
});
