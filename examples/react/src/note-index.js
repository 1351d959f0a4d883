import { createLocal } from '@nearfield/core';
import { openLiveIndex } from '@nearfield/search/live';

const MODEL = 'all-MiniLM-L6-v2';
const FIRST_NOTES = [
  'The spare key is with the neighbours on the third floor.',
  'Dentist: check-up every spring, Dr. Ferreira.',
  'Grandma’s cake: four eggs, 200 g sugar, lemon zest, 45 minutes.',
  'The car needs new winter tyres before November.',
];

async function open() {
  const foundation = createLocal({ models: [{ id: MODEL, source: '/models/all-MiniLM-L6-v2/' }] });
  const index = await openLiveIndex({ name: 'notes', foundation, model: MODEL });
  if (index.counts.documents === 0) {
    await index.add(FIRST_NOTES.map((text, number) => ({ id: `first-${number}`, text })));
  }
  return index;
}

let opened;
/** The notes of this browser: one index, which all components share. */
export const noteIndex = () => (opened ??= open());
