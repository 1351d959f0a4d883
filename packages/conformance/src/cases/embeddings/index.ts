import { describe } from 'vitest';
import type { Subject } from '../../subject.ts';
import { answers } from './answers.ts';
import { encodings } from './encodings.ts';
import { images } from './images.ts';
import { lateChunking } from './late-chunking.ts';
import { limits } from './limits.ts';
import { options } from './options.ts';
import { tasks } from './tasks.ts';
import { tokenVectors } from './token-vectors.ts';

/** `POST /v1/embeddings`: every option, limit and error. */
export function embeddingCases(subject: Subject): void {
  describe('embeddings', () => {
    answers(subject);
    encodings(subject);
    options(subject);
    tasks(subject);
    lateChunking(subject);
    tokenVectors(subject);
    images(subject);
    limits(subject);
  });
}
