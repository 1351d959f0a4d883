/** Vite plugins that serve folders of model files in dev and put them into the build. */
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import { EMBEDDED_FOLDERS } from './embedded-folders.ts';
import { isServed, serveFile } from './serve-file.ts';

/** Every embedded model under `/models/<id>/`, in dev and in the build. */
export const embeddedModels = (): Plugin[] =>
  Object.entries(EMBEDDED_FOLDERS).map(([id, directory]) => models({ directory, path: `/models/${id}/` }));

/**
 * What of a model's folder a site publishes: the files that pages ask for, the card with the licence, and the list of
 * sizes and hashes. Samples, goldens and whatever trained the model stay in the repository.
 */
const PUBLISHED =
  /^(config|tokenizer|tokenizer_config|special_tokens_map|preprocessor_config|manifest)\.json$|^(README\.md|LICENSE(\.\w+)?)$|^onnx\/[^/]+$/;

/** Whether a file of a model's folder belongs into a build. */
const isPublished = (path: string): boolean => isServed(path) && PUBLISHED.test(path.split(sep).join('/'));

/** A manifest without the files that are not published. */
function publishedManifest(text: string): string {
  const manifest = JSON.parse(text) as { files: { path: string }[] };
  return `${JSON.stringify({ ...manifest, files: manifest.files.filter(({ path }) => isPublished(path)) }, null, 2)}\n`;
}

/** Options of {@link models}. */
export interface ModelsOptions {
  /** Absolute path of a model's folder. */
  directory: string;
  /** Its URL path below the site's base, with slashes on both ends, such as `/models/icon-clip/`. */
  path: string;
}

/**
 * Serves `directory` under `path` in dev, with `Content-Length`, `ETag`, conditional and range requests, and
 * copies what {@link isPublished} of it into the build's output.
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
      for (const file of await readdir(directory, { recursive: true })) {
        if (isPublished(file)) await cp(join(directory, file), join(target, file));
      }
      const manifest = join(target, 'manifest.json');
      if (existsSync(manifest)) {
        await writeFile(manifest, publishedManifest(await readFile(manifest, 'utf8')));
      }
    },
  };
}
