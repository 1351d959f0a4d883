/** Writes `model/manifest.json` anew, after a file of the model was changed: `npm run manifest`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { iconClipDirectory, modelFiles } from './model.ts';

const files = await modelFiles();
await writeFile(join(iconClipDirectory(), 'manifest.json'), `${JSON.stringify({ files }, null, 2)}\n`);
console.log(`${files.length} files`);
