/** What tests of live indexes share. */
import { HashedFoundation } from '@nearfield/hashed-foundation';
import type { LiveDocument } from '../src/live/documents.ts';

export const MODEL = 'all-MiniLM-L6-v2';

const SUBJECTS = ['bread', 'server', 'garden', 'violin', 'harbour', 'planet', 'invoice', 'glacier'];
const ACTS = ['keep', 'restart', 'water', 'tune', 'enter', 'observe', 'pay', 'cross'];

/** Documents that differ: a subject, an act and the number of each. */
export const sampleDocuments = (count: number, first = 0): LiveDocument[] =>
  Array.from({ length: count }, (_, at) => {
    const number = first + at;
    const subject = SUBJECTS[number % SUBJECTS.length]!;
    const act = ACTS[Math.floor(number / SUBJECTS.length) % ACTS.length]!;
    return {
      id: `d${number}`,
      title: `${subject} ${number}`,
      url: `/${number}`,
      text: `How to ${act} the ${subject} of number${number}.`,
      filters: { subject, half: number % 2 === 0 ? 'even' : 'odd' },
      metadata: { number },
    };
  });

/** A foundation that counts the inputs that it embedded. */
export function countingFoundation() {
  const foundation = new HashedFoundation();
  return {
    foundation,
    get inputs(): unknown[] {
      return foundation.calls
        .filter(({ method }) => method === 'embeddings')
        .flatMap(({ request }) => [(request as { input: unknown }).input].flat());
    },
  };
}
