import { FoundationError } from '@nearfield/spec';
import {
  type FoundationErrorInit,
  notSupported,
  parse,
  SegmentRequestSchema,
} from '@nearfield/spec/implement';
import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../words/language.ts';
import { visitorMessage } from './contract-words.ts';
import type { ProblemOrigin } from './problem-origin.ts';

const said = (
  message: string,
  { origin = 'classify', ...init }: Partial<FoundationErrorInit> & { origin?: ProblemOrigin } = {},
): string =>
  visitorMessage(new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, ...init }), origin);

afterEach(() => useLanguage('en'));

describe('visitorMessage', () => {
  test.each<[string, ProblemOrigin, string]>([
    [
      'Input 0 has 1502 tokens; all-MiniLM-L6-v2 reads at most 512. Shorten it, split it, or set truncate to true.',
      'classify',
      'Text 1 has 1,502 tokens; all-MiniLM-L6-v2 reads at most 512.',
    ],
    [
      'Input 3 has 600 tokens; all-MiniLM-L6-v2 reads at most 512. Shorten or split it.',
      'indexing',
      'Passage 4 has 600 tokens; all-MiniLM-L6-v2 reads at most 512.',
    ],
    [
      'Input 0 has 600 tokens; m reads at most 512. Shorten or split it.',
      'question',
      'The question has 600 tokens; m reads at most 512.',
    ],
    [
      'documents.2 has 9000 tokens; m reads at most 8192. Shorten or split it.',
      'rerank',
      'Passage 3 has 9,000 tokens; m reads at most 8,192.',
    ],
    [
      'Authentication required: https://api.jina.ai answers embeddings only with an API key. Pass apiKey to createRemote(); keys are made at https://jina.ai/api-dashboard/key-manager.',
      'indexing',
      'https://api.jina.ai answers embeddings only with an API key.',
    ],
    [
      "Unknown classifier 'a1'. classifiers.list() lists the existing ones; train() makes one.",
      'classify',
      "Unknown classifier 'a1'.",
    ],
    [
      'jina-embeddings-v4 cannot run locally. It is too large. Use jina-clip-v1, or jina-embeddings-v4 through createRemote() of @nearfield/remote.',
      'indexing',
      'jina-embeddings-v4 cannot run locally. It is too large. Use jina-clip-v1.',
    ],
    [
      "Validation error: 'input.4.image': The image is empty (0 bytes).",
      'classify',
      'Picture 5 is empty (0 bytes).',
    ],
    [
      "Validation error: 'temperature': temperature must be greater than 0.",
      'classify',
      'The temperature must be greater than 0.',
    ],
    [
      "Validation error: 'num_iters': Input should be less than or equal to 1000",
      'classify',
      'The number of passes should be less than or equal to 1,000',
    ],
    [
      `Validation error: 'format': Invalid key: Expected "format" but received undefined`,
      'classify',
      '“format” is missing.',
    ],
    [
      "Validation error: 'content': content holds at most 64000 characters. Split it into several requests.",
      'segment',
      'The text holds at most 64,000 characters. Split it into several requests.',
    ],
    [
      'Could not reach http://127.0.0.1:8091 for embeddings (Failed to fetch). Check the address and the network; in a browser the server must also allow this page (CORS).',
      'indexing',
      'There was no answer from http://127.0.0.1:8091.',
    ],
    [
      'Tokenizer cl100k_base of 2026-05-13, file e5cf1234.',
      'segment',
      'Tokenizer cl100k_base of 2026-05-13, file e5cf1234.',
    ],
  ])('%s', (message, origin, expected) => {
    expect(said(message, { origin })).toBe(expected);
  });

  test('of the contract’s own checks has no name of code in it', () => {
    const failed = (request: object): string => {
      try {
        parse(SegmentRequestSchema, { content: 'a', ...request });
      } catch (error) {
        return visitorMessage(error as FoundationError, 'segment');
      }
      throw new Error('The request fits.');
    };
    expect(failed({ max_chunk_length: 5, overlap: 5 })).toBe(
      'The overlap must be smaller than the longest chunk.',
    );
    expect(failed({ head: 1, tail: 1 })).not.toMatch(/_|\bbody\b/u);
    expect(failed({ max_chunk_length: 0 })).toBe('The longest chunk should be greater than or equal to 1');
  });

  test('says why a method is not there, not what it is called', () => {
    const error = notSupported('classify.temperature', 'the hosted API has none.', 'Leave it empty.');
    expect(visitorMessage(error, 'classify')).toBe('The hosted API has none. Leave it empty.');
  });

  test('is in the language in use where it is a known one', async () => {
    await useLanguage('de');
    expect(
      said('documents.2 has 9000 tokens; m reads at most 8192. Shorten or split it.', { origin: 'rerank' }),
    ).toBe('Textstelle 3 hat 9.000 Tokens; m liest höchstens 8.192.');
    expect(said("Validation error: 'num_iters': Input should be less than or equal to 1000")).toBe(
      'Die Anzahl der Durchgänge darf höchstens 1.000 sein.',
    );
    expect(said("Validation error: 'temperature': temperature must be greater than 0.")).toBe(
      'Die Temperatur muss größer als 0 sein.',
    );
  });
});
