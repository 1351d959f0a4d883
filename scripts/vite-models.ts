/** A Vite plugin that serves a folder of model files in dev and puts it into the build. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import { isServed, serveFile } from './serve-file.ts';

/** Options of {@link models}. */
export interface ModelsOptions {
  /** Absolute path of the folder: one folder per model. */
  directory: string;
  /** Where pages find it, below the site's base, with slashes on both ends. Default `/models/`. */
  path?: string;
}

/**
 * Serves `directory` under `path` in dev, with `Content-Length`, `ETag`, conditional and range requests, and
 * copies it into the build's output.
 */
export function models({ directory, path = '/models/' }: ModelsOptions): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'nearfield:models',
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
