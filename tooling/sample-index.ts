/** A Vite plugin with the index of the demo's sample passages: served in dev, and put into the build. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, ResolvedConfig } from 'vite';
import { serveFile } from './serve-file.ts';

/** Folder of the index, which `buildSampleIndex()` fills. */
export const SAMPLE_INDEX_FOLDER = fileURLToPath(
  new URL('../node_modules/.cache/nearfield-sample', import.meta.url),
);

/** Where the demo finds it, below its own address. */
const PATH = 'sample';

export function sampleIndex(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'nearfield:sample-index',
    configResolved(resolved) {
      config = resolved;
    },
    configureServer(server) {
      server.middlewares.use(`/${PATH}/`, (request, response, next) => {
        serveFile(SAMPLE_INDEX_FOLDER, request, response).catch(next);
      });
    },
    buildStart() {
      if (config.command === 'build' && !existsSync(SAMPLE_INDEX_FOLDER)) {
        this.error(`There is no index in ${SAMPLE_INDEX_FOLDER}: "npm run build" makes it first.`);
      }
    },
    async writeBundle({ dir }) {
      if (dir) await cp(SAMPLE_INDEX_FOLDER, join(dir, PATH), { recursive: true });
    },
  };
}
