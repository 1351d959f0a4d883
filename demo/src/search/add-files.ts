import { isPictureFile, type PlacedFile } from '../elements/dropped-files.ts';
import type { App } from '../shell/app.ts';
import { pictureSearchOf } from './pictures/picture-search.ts';
import { searchingOf } from './searching.ts';

/** Adds files to the texts, and those of pictures to the pictures. Files of the system, such as `.DS_Store`, are none. */
export function addFiles(app: App, files: readonly PlacedFile[]): void {
  const wanted = files.filter(({ file }) => !file.name.startsWith('.'));
  const pictures = wanted.filter(({ file }) => isPictureFile(file));
  const texts = wanted.filter(({ file }) => !isPictureFile(file));
  if (texts.length > 0) void searchingOf(app).addFiles(texts);
  if (pictures.length > 0) void pictureSearchOf(app).addFiles(pictures);
}
