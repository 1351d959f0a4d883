import type { LiveDocument, LiveIndex } from '@nearfield/search/live';
import { filtersOf } from '../filters/document-filters.ts';
import type { StoredPicture } from './picture.ts';

/** Kept beside a picture. */
type Kept = Pick<StoredPicture, 'folder' | 'added' | 'width' | 'height'>;

/** A picture as a document of a live index: found by what it shows, and by its name. */
export const livePicture = ({
  id,
  name,
  folder,
  added,
  width,
  height,
  blob,
}: StoredPicture): LiveDocument => ({
  id,
  title: name,
  image: blob,
  filters: filtersOf({ name, kind: 'picture', folder }),
  metadata: { picture: { added, width, height, ...(folder !== undefined && { folder }) } },
});

/** The pictures that a live index holds, in the order in which they were added. */
export async function keptPictures(index: LiveIndex): Promise<StoredPicture[]> {
  const stored = await Promise.all((await index.ids()).map((id) => index.get(id)));
  return stored
    .flatMap((document): StoredPicture[] => {
      const { picture } = (document?.metadata ?? {}) as { picture?: Kept };
      if (!(document?.image instanceof Blob) || picture === undefined) return [];
      return [{ id: document.id, name: document.title, ...picture, blob: document.image }];
    })
    .sort((left, right) => left.added - right.added);
}
