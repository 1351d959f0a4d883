/** Where the items of a map come from, beside files. */
import { samplePictures } from '../classify/sample-pictures.ts';
import type { TextDocument } from '../search/passage.ts';
import { loadSample } from '../search/sample.ts';
import grinningFace from '../teach/samples/grinning-face.png?url';
import house from '../teach/samples/house.png?url';
import necktie from '../teach/samples/necktie.png?url';
import rocket from '../teach/samples/rocket.png?url';
import soccerBall from '../teach/samples/soccer-ball.png?url';
import sunflower from '../teach/samples/sunflower.png?url';
import teddyBear from '../teach/samples/teddy-bear.png?url';
import { linesOf } from '../text/lines.ts';
import type { MapItem } from './item.ts';
import { isTable, readTable } from './table.ts';

/** The sample passages, with their subjects as labels. */
export async function samplePassages(): Promise<MapItem[]> {
  const { document } = await loadSample();
  return document.passages.map(({ text, source }) => ({ text, label: source }));
}

const PICTURES: readonly (readonly [name: string, blob: () => Promise<Blob>])[] = [
  ...samplePictures.map(({ name, blob }) => [name, blob] as const),
  ...Object.entries({
    'grinning face': grinningFace,
    house,
    necktie,
    rocket,
    'soccer ball': soccerBall,
    sunflower,
    'teddy bear': teddyBear,
  }).map(([name, url]) => [name, async () => (await fetch(url)).blob()] as const),
];

/** The sample pictures of Classify and Teach, as files. */
export const samplePictureFiles = (): Promise<File[]> =>
  Promise.all(
    PICTURES.map(async ([name, read]) => {
      const picture = await read();
      return new File([picture], name, { type: picture.type, lastModified: 0 });
    }),
  );

/** Passages of the search page, with their documents as labels, or their headings where there is one document. */
export const passagesOf = (documents: readonly TextDocument[]): MapItem[] =>
  documents.flatMap(({ name, passages }) =>
    passages.map(({ text, source }) => ({ text, label: documents.length > 1 ? name : source })),
  );

/** What was typed or pasted: a table, or a text on each line. */
export const typedItems = async (typed: string): Promise<MapItem[]> =>
  isTable(typed) ? readTable(typed) : linesOf(typed).map((text) => ({ text, label: '' }));
