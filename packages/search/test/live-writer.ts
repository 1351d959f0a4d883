/* A process that adds documents to a live index, says each that is stored, and does not stop by itself. */
import { writeSync } from 'node:fs';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { openLiveIndex } from '../src/live/node.ts';
import { MODEL, sampleDocuments } from './live.ts';

const [directory = '', first = '0'] = process.argv.slice(2);
const index = await openLiveIndex({
  name: 'killed',
  directory,
  foundation: new HashedFoundation(),
  model: MODEL,
});
for (let number = Number(first); ; number++) {
  const [document] = sampleDocuments(1, number);
  await index.add(
    { ...document!, text: `${document!.text} ${'filler '.repeat(number % 7000)}` },
    { until: 'stored' },
  );
  if (number % 5 === 4) await index.remove(`d${number - 2}`);
  // Written at once: what the parent reads was stored.
  writeSync(1, `${number}\n`);
}
