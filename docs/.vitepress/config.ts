/** These documents as a site, searched by its own search box. */
import { existsSync, readFileSync } from 'node:fs';
import { indexVitePress, searchInDevelopment } from '@nearfield/search/vite';
import { defineConfig } from 'vitepress';
import type { embeddingModel } from './embedding-model.ts';
import { externalScripts } from './external-scripts.ts';
import { linksOutside } from './links-outside.ts';

// By address: Vite makes one script of this file and what it imports, and finds no sources of packages then.
const MODEL = new URL('./embedding-model.ts', import.meta.url).href;
const createMeaning: typeof embeddingModel = async () =>
  ((await import(MODEL)) as { embeddingModel: typeof embeddingModel }).embeddingModel();

// `npm run docs` writes the reference before VitePress reads this.
const PAGES = new URL('../reference/pages.json', import.meta.url);
const reference = existsSync(PAGES) ? (JSON.parse(readFileSync(PAGES, 'utf8')) as string[]) : [];
const packages = [...new Set(reference.map((page) => page.split('/')[0]!))].filter(
  (name) => name !== 'index',
);

export default defineConfig({
  title: 'Nearfield',
  description: "Jina's search foundation in the browser",
  srcExclude: ['node_modules/**', 'pictures/**'],
  cleanUrls: false,
  lastUpdated: false,
  // With the scripts that `externalScripts` moves, no page has a script of its own: script-src 'self' is enough.
  metaChunk: true,
  transformHead: ({ siteData }) => [['link', { rel: 'icon', href: `${siteData.base}favicon.svg` }]],
  transformHtml: externalScripts,
  buildEnd: indexVitePress(process.env.NEARFIELD_KEYWORDS_ONLY === 'true' ? {} : { createMeaning }),
  markdown: { config: linksOutside },
  vite: {
    plugins: [searchInDevelopment()],
    resolve: { conditions: ['@nearfield/source'] },
    ssr: { resolve: { conditions: ['@nearfield/source'] } },
    build: { target: 'es2022', assetsInlineLimit: 0 },
  },
  themeConfig: {
    outline: [2, 3],
    sidebar: {
      '/reference/': [
        { text: 'Handbook', link: '/' },
        ...packages.map((name) => ({
          text: `@nearfield/${name}`,
          items: reference
            .filter((page) => page.split('/')[0] === name)
            .map((page) => ({ text: page, link: `/reference/${page}` })),
        })),
      ],
      '/': [
        {
          text: 'Guides',
          items: [
            { text: 'The demo', link: '/demo' },
            { text: 'Semantic search in ten minutes', link: '/semantic-search' },
            { text: 'Classification offline', link: '/classification' },
            { text: 'Retrieval for language models', link: '/rag' },
            { text: 'Self-hosting models', link: '/self-hosting' },
            { text: 'Policies and isolation', link: '/policies' },
            { text: 'Privacy', link: '/privacy' },
            { text: 'Licences', link: '/licence' },
            { text: 'Everyday questions', link: '/questions' },
            { text: 'From OpenAI’s API', link: '/from-openai' },
            { text: 'From transformers.js', link: '/from-transformers' },
          ],
        },
        {
          text: 'Search',
          items: [
            { text: 'Search for your site', link: '/search' },
            { text: 'The search box', link: '/search-element' },
            { text: 'Live indexes', link: '/search-live' },
            { text: 'Indexes at a server', link: '/search-server' },
            { text: 'How far one machine goes', link: '/search-scale' },
            { text: 'The format of an index', link: '/search-format' },
          ],
        },
        {
          text: 'One interface',
          items: [
            { text: 'Local, remote or both', link: '/router' },
            { text: 'Reading pages and PDFs', link: '/reader' },
            { text: 'transformers.js', link: '/transformers' },
            { text: 'An API in a page', link: '/service-worker' },
            { text: 'Offline and installed', link: '/offline' },
          ],
        },
        {
          text: 'Models',
          items: [
            { text: 'Reranking', link: '/rerank' },
            { text: 'The encoder', link: '/encoder' },
            { text: 'Benchmarks', link: '/benchmarks' },
          ],
        },
        {
          text: 'Tools',
          items: [
            { text: 'The command', link: '/command' },
            { text: 'Tools for agents', link: '/agents' },
            { text: 'Several servers, one state', link: '/scaling' },
            { text: 'Toolchains', link: '/toolchains' },
          ],
        },
        {
          text: 'Inside',
          items: [
            { text: 'Architecture', link: '/architecture' },
            { text: 'Add a model', link: '/add-a-model' },
            { text: 'Add an endpoint', link: '/add-an-endpoint' },
            { text: 'Add a runtime', link: '/add-a-runtime' },
          ],
        },
        { text: 'Reference', items: [{ text: 'Every public module', link: '/reference/index' }] },
      ],
    },
  },
});
