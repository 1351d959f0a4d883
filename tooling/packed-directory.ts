import { join } from 'node:path';
import { repository } from './process.mjs';

/** Folder of the packages' tarballs: `npm test` packs them, end-to-end tests install them. */
export const packedDirectory: string = join(repository, 'node_modules/.cache/nearfield/packed');
