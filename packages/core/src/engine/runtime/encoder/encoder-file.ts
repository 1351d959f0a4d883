/** The encoder's WebAssembly as a file, for hosts that compile it only when a program is deployed. */
import { compileKernels, hasVectors, provideKernels } from '@nearfield/encoder';
import { FoundationError } from '@nearfield/spec';

/** How a program imports it. */
export const ENCODER_FILE = '@nearfield/core/encoder.wasm';

/** Takes the file as the host has compiled it. @returns whether it is this version's. */
export const provideEncoder = (module: object): boolean => provideKernels(module);

/**
 * The error of a host that does not compile the encoder's bytes; undefined where it does.
 * @param recipe address of a page that says how to do without
 */
export async function encoderFault(recipe: string): Promise<FoundationError | undefined> {
  if (!hasVectors()) return undefined;
  try {
    await compileKernels();
    return undefined;
  } catch (cause) {
    return new FoundationError({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: `This host compiles WebAssembly only when a program is deployed: import encoder from '${ENCODER_FILE}', and call createNodeFoundation({ encoder }). It computes the embedded text models; for all others use createRemote() of @nearfield/remote. Recipe: ${recipe}`,
      retryable: false,
      cause,
    });
  }
}
