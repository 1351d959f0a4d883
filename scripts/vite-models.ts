/** Vite plugins that serve folders of model files in dev and put them into the build. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import { embeddedFolders } from './embedded-folders.ts';
import { isServed, serveFile } from './serve-file.ts';

/** Every embedded model under `/models/<id>/`, in dev and in the build. */
export const embeddedModels = (): Plugin[] =>
  Object.entries(embeddedFolders).map(([id, directory]) => models({ directory, path: `/models/${id}/` }));

/** Options of {@link models}. */
export interface ModelsOptions {
  /** Absolute path of a model's folder. */
  directory: string;
  /** Where pages find it, below the site's base, with slashes on both ends, such as `/models/icon-clip/`. */
  path: string;
}

/**
 * Serves `directory` under `path` in dev, with `Content-Length`, `ETag`, conditional and range requests, and
 * copies it into the build's output.
 */
export function models({ directory, path }: ModelsOptions): Plugin {
  let config: ResolvedConfig;
  return {
    name: `nearfield:models ${path}`,
    configResolved(resolved) {
      config = resolved;
    },
    configureServer(server) {
      server.middlewares.use(path, (request, response, next) => {
        serveFile(directory, request, response).catch(next);
      });
    },
    buildStart() {
      if (config.command === 'build' && !existsSync(directory)) {
        this.error(`There are no models in ${directory}: "npm run build" builds them first.`);
      }
    },
    async writeBundle({ dir }) {
      if (!dir) return;
      const target = join(dir, ...path.split('/'));
      await cp(directory, target, { recursive: true, filter: (file) => isServed(relative(directory, file)) });
    },
  };
}
