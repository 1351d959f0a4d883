/* The other tab of live.browser.test.ts: adds documents, says each that is stored, and does not stop by itself. */
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { openLiveIndex } from '../../src/live/index.ts';
import { MODEL, sampleDocuments } from '../live.ts';

const parameters = new URLSearchParams(location.search);
const name = parameters.get('name')!;
const foundation = new HashedFoundation();
if (parameters.get('what') === 'embed') foundation.hold = new Promise(() => {});
const index = await openLiveIndex({ name, foundation, model: MODEL });
if (parameters.get('what') === 'embed') {
  await index.add(sampleDocuments(5), { until: 'stored' });
  parent.postMessage(5, '*');
} else {
  for (let number = 0; ; number++) {
    await index.add(sampleDocuments(1, number), { until: 'stored' });
    parent.postMessage(number, '*');
  }
}
