import fc from 'fast-check';
import { expect, it } from 'vitest';
import { weightSums } from './weight-sums.ts';

it('adds up the weights of each output, wherever and however they lie', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 24 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom('random', 'least', 'most'),
      (inputs, outputs, isTransposed, isUnsigned, offset, values) => {
        const bytes = new Uint8Array(offset + inputs * outputs + 3).subarray(offset);
        const byte = { least: isUnsigned ? 0 : 0x80, most: isUnsigned ? 0xff : 0x7f };
        for (let at = 0; at < bytes.length; at++) {
          bytes[at] = values === 'random' ? Math.imul(at + 1, 2654435761) >>> 24 : byte[values];
        }
        const [inputStep, outputStep] = isTransposed ? [1, inputs] : [outputs, 1];
        const weights = { form: 'bytes', inputs, outputs, inputStep, outputStep, bytes, isUnsigned } as const;
        const expected = Array.from({ length: outputs }, (_, output) => {
          let sum = 0n;
          for (let input = 0; input < inputs; input++) {
            const value = BigInt(bytes[input * inputStep + output * outputStep]!);
            sum += isUnsigned ? value - 128n : BigInt.asIntN(8, value);
          }
          return Number(sum);
        });
        expect([...weightSums({ ...weights, scales: new Float32Array(outputs) })]).toEqual(expected);
      },
    ),
  );
});
