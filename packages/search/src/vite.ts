/**
 * Plugins that index a site when it is built: for Vite, and for VitePress, whose pages are written after Vite is done.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { type BuildOptions, buildIndex } from './build-index.ts';
import { writeIndex } from './node/folder.ts';
import { readSource, type SourceOptions } from './node/source.ts';

export interface SiteSearchOptions
  extends Pick<SourceOptions, 'cleanUrls'>,
    Pick<BuildOptions, 'language' | 'languages' | 'mostLetters' | 'meaning'> {
  /** The index's folder in the site. @default 'search' */
  readonly out?: string;
  /**
   * Makes what embeds the passages when the build needs it, and is closed afterwards. Without it or `meaning` the index
   * finds by words alone.
   */
  readonly createMeaning?: () => Promise<NonNullable<BuildOptions['meaning']> & { close?(): Promise<void> }>;
}

/** Indexes a built site in its folder. */
async function indexSite(
  site: string,
  base: string,
  { out = 'search', cleanUrls = false, createMeaning, ...options }: SiteSearchOptions,
): Promise<void> {
  const folder = join(site, out);
  const documents = await readSource(site, { base, cleanUrls, except: folder });
  const made = await createMeaning?.();
  try {
    await writeIndex(
      folder,
      await buildIndex({ ...options, documents, ...(made === undefined ? {} : { meaning: made }) }),
    );
  } finally {
    await made?.close?.();
  }
}

/** The part of Vite's resolved configuration that this module reads. */
interface ResolvedConfig {
  readonly root: string;
  readonly base: string;
  readonly build: { readonly outDir: string };
}

/** The part of VitePress' configuration that this module reads. */
interface VitePressSite {
  readonly outDir: string;
  readonly site: { readonly base: string; readonly cleanUrls?: boolean };
}

/**
 * A plugin of Vite: indexes the HTML pages of the build, so that preview and hosts serve the index with them.
 *
 * @example
 * // vite.config.ts
 * export default defineConfig({ plugins: [nearfieldSearch()] });
 */
export function nearfieldSearch(options: SiteSearchOptions = {}): {
  name: string;
  apply: 'build';
  enforce: 'post';
  configResolved(config: ResolvedConfig): void;
  closeBundle: { order: 'post'; sequential: true; handler(): Promise<void> };
} {
  let config: ResolvedConfig;
  return {
    name: 'nearfield:search',
    apply: 'build',
    enforce: 'post',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: () => indexSite(resolve(config.root, config.build.outDir), config.base, options),
    },
  };
}

/**
 * The `buildEnd` of a VitePress site: indexes its pages.
 *
 * @example
 * // .vitepress/config.ts
 * export default defineConfig({ buildEnd: indexVitePress() });
 */
export function indexVitePress(options: SiteSearchOptions = {}): (config: VitePressSite) => Promise<void> {
  return ({ outDir, site }) =>
    indexSite(outDir, site.base, { cleanUrls: site.cleanUrls ?? false, ...options });
}
