/** Files that a visitor gives, as items. */
import { readPicture, UnreadablePictureError } from '../classify/read-picture.ts';
import { isPictureFile, type PlacedFile } from '../elements/dropped-files.ts';
import { words } from '../words/language.ts';
import { classOfPath, type Intake, readTextFile } from './intake.ts';
import type { Addition, Kind } from './project.ts';

/** Reads files as items of a kind. */
export async function readFiles(
  files: readonly PlacedFile[],
  kind: Kind,
  known: readonly string[],
): Promise<{ additions: Addition[]; refused: string[] }> {
  const additions: Addition[] = [];
  const refused: string[] = [];
  for (const { file, path } of files) {
    // Files of the system, such as .DS_Store.
    if (file.name.startsWith('.')) continue;
    const label = classOfPath(path);
    try {
      if (kind === 'pictures') additions.push({ text: file.name, label, picture: await readPicture(file) });
      else additions.push(...(await textsOf(file, label, known)));
    } catch (error) {
      const message =
        error instanceof UnreadablePictureError ? error.message : words().teach.unreadable(file.name);
      refused.push(message);
    }
  }
  return { additions, refused };
}

async function textsOf(file: File, label: string | undefined, known: readonly string[]): Promise<Addition[]> {
  if (isPictureFile(file)) throw new UnreadablePictureError(words().teach.pictureAmongTexts(file.name));
  const content = await file.text();
  if (content.includes('\0')) throw new Error('not a text');
  // In the folder of a class each file is an example.
  if (label !== undefined && /\.(?:txt|md)$/iu.test(file.name)) {
    const text = content.trim();
    return text === '' ? [] : [{ text, label }];
  }
  const { additions }: Intake = readTextFile(file.name, content, known);
  return additions.map((each) => ({ ...each, label: each.label ?? label }));
}
