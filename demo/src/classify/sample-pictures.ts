import { words } from '../words/language.ts';
import type { Picture } from './picture.ts';
import cloudWithRain from './samples/cloud-with-rain.png?url';
import dogFace from './samples/dog-face.png?url';
import guitar from './samples/guitar.png?url';
import hammer from './samples/hammer.png?url';
import pizza from './samples/pizza.png?url';
import sailboat from './samples/sailboat.png?url';

const files = { pizza, 'dog face': dogFace, sailboat, guitar, hammer, 'cloud with rain': cloudWithRain };

/** Six pictures of a vendor that icon-clip never saw while it was trained. */
export const samplePictures: readonly Picture[] = Object.entries(files).map(([name, url]) => ({
  id: `sample-${name.replaceAll(' ', '-')}`,
  name,
  url,
  blob: async () => (await fetch(url)).blob(),
}));

/** Whose pictures they are, as their licence asks. */
export const sampleCredit = (): string => words().classify.credit;
