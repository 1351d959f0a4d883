import { deserializeError, type SerializedError, serializeError } from '@nearfield/spec/implement';
import { transferHandlers } from 'comlink';

/**
 * Makes Comlink carry complete errors (class, code, causes) instead of name and message. Both sides of a boundary call
 * it once.
 */
export function carryErrorsWhole(): void {
  const builtIn = transferHandlers.get('throw');
  if (!builtIn) throw new Error('This version of comlink has no handler for errors.');
  transferHandlers.set('throw', {
    canHandle: builtIn.canHandle,
    serialize: (thrown: { value: unknown }): [SerializedError, Transferable[]] => [
      serializeError(thrown.value),
      [],
    ],
    deserialize: (data: SerializedError): never => {
      throw deserializeError(data);
    },
  } as never);
}
