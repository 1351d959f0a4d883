/**
 * Plugins that index a site when it is built: for Vite, and for VitePress, whose pages are written after Vite is done.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { type BuildOptions, buildIndex } from './build-index.ts';
import { writeIndex } from './node/folder.ts';
import { readSource, type SourceOptions } from './node/source.ts';

/** Options of the plugins for Vite and VitePress. */
export interface SiteSearchOptions
  extends Pick<SourceOptions, 'cleanUrls' | 'ignore'>,
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
  { out = 'search', cleanUrls = false, ignore = [], createMeaning, ...options }: SiteSearchOptions,
): Promise<void> {
  const folder = join(site, out);
  const documents = await readSource(site, { base, cleanUrls, ignore, except: folder });
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

/** The part of Vite's development server that this module uses. */
interface DevelopmentServer {
  readonly config: ResolvedConfig & {
    readonly vitepress?: { readonly srcDir: string; readonly cleanUrls?: boolean };
  };
  readonly middlewares: {
    use(
      path: string,
      answer: (
        request: { readonly url?: string | undefined },
        response: {
          statusCode: number;
          setHeader(name: string, value: string): void;
          end(body: Uint8Array): void;
        },
        next: (error?: unknown) => void,
      ) => void,
    ): void;
  };
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

/** Classes of what VitePress writes into pages besides their text: a code block's language and line numbers. */
const VITEPRESS_LABELS = ['lang', 'line-numbers-wrapper', 'header-anchor'];

/**
 * The `buildEnd` of a VitePress site: indexes its pages.
 *
 * @example
 * // .vitepress/config.ts
 * export default defineConfig({ buildEnd: indexVitePress() });
 */
export function indexVitePress(options: SiteSearchOptions = {}): (config: VitePressSite) => Promise<void> {
  return ({ outDir, site }) =>
    indexSite(outDir, site.base, {
      cleanUrls: site.cleanUrls ?? false,
      ...options,
      ignore: [...VITEPRESS_LABELS, ...(options.ignore ?? [])],
    });
}

/**
 * A plugin for VitePress' development server, which writes no pages: answers requests for the index with one of the
 * Markdown as it is now, by words alone. A build has the index of {@link indexVitePress}.
 *
 * @example
 * // .vitepress/config.ts
 * export default defineConfig({ buildEnd: indexVitePress(), vite: { plugins: [searchInDevelopment()] } });
 */
export function searchInDevelopment({
  out = 'search',
  cleanUrls,
  language,
  languages,
  mostLetters,
}: Omit<SiteSearchOptions, 'meaning' | 'createMeaning' | 'ignore'> = {}): {
  name: string;
  apply: 'serve';
  configureServer(server: DevelopmentServer): void;
} {
  return {
    name: 'nearfield:search-in-development',
    apply: 'serve',
    configureServer({ config: { root, base, vitepress }, middlewares }) {
      const options = {
        ...(language && { language }),
        ...(languages && { languages }),
        ...(mostLetters && { mostLetters }),
      };
      const build = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
        const documents = await readSource(vitepress?.srcDir ?? root, {
          base,
          cleanUrls: cleanUrls ?? vitepress?.cleanUrls ?? false,
        });
        return buildIndex({ ...options, documents });
      };
      let files: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
      middlewares.use(`${base}${out}/`, ({ url = '/' }, response, next) => {
        const name = decodeURIComponent(url.replace(/[?#].*$/, '').slice(1));
        // The manifest begins a visit: what was written since then is in the next one.
        if (name === 'manifest.json') files = build();
        files ??= build();
        files.then((all) => {
          const bytes = all.get(name);
          if (bytes === undefined) return next();
          response.setHeader(
            'Content-Type',
            name.endsWith('.json') ? 'application/json' : 'application/octet-stream',
          );
          response.end(bytes);
        }, next);
      });
    },
  };
}
