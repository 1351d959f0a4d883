/** Builds `<nearfield-search>` as a page loads it without a bundler: one module, and a file for each translation. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { repository } from './process.mjs';

const TRANSLATION = /[\\/]element[\\/]translation[\\/]/;

/**
 * Writes `nearfield-search.js`, which a page names in its `<script type="module">`, with its translations into a folder.
 * Gives the paths of the modules that are inside.
 */
export async function bundleSearchElement(directory: string): Promise<string[]> {
  const bundle = await rolldown({
    input: { 'nearfield-search': join(repository, 'packages/search/src/element.ts') },
    platform: 'browser',
    // Modules that parts share with the first file lie in it, not in a file of their own.
    preserveEntrySignatures: 'allow-extension',
    resolve: { conditionNames: ['@nearfield/source', 'browser', 'import', 'default'] },
    transform: { target: 'es2023' },
    onLog(level, log, report) {
      if (level === 'warn') throw new Error(log.message);
      report(level, log);
    },
  });
  try {
    const { output } = await bundle.write({
      dir: directory,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: ({ moduleIds }) =>
        moduleIds.some((id) => TRANSLATION.test(id))
          ? 'translations/[name].[hash].js'
          : 'parts/[name].[hash].js',
    });
    return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  } finally {
    await bundle.close();
  }
}
