/** A host of static files with a strict policy, whose site lies under a path and is searched by `<nearfield-search>`. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { memoryLoader, openIndex } from '@nearfield/search';
import { buildIndex, documentOfHtml } from '@nearfield/search/build';
import { createNodeServer } from '@nearfield/server/node';
import { rolldown } from 'rolldown';
import { bundleSearchElement } from '../../tooling/search-element.ts';
import { OTHER_PAGES, SEARCH_MODEL, SITE_PAGES, type SitePage } from './search-site-pages.ts';

/** Nothing but files of the site; no inline script or style, no strings that become code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html app',
].join('; ');

const CSS = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 0 auto; max-inline-size: 60rem; padding: 1rem; }`;

/** Registers the site's service worker. */
const APP = `const policy = trustedTypes.createPolicy('app', { createScriptURL: (url) => url });
navigator.serviceWorker.register(policy.createScriptURL('/docs/service-worker.js'));`;

/** As docs/search-element.md has it: stores the element and the index, and asks the network for the manifest first. */
const SERVICE_WORKER = await serviceWorkerOfDocs();

async function serviceWorkerOfDocs(): Promise<string> {
  const markdown = await readFile(new URL('../../docs/search-element.md', import.meta.url), 'utf8');
  const [, script] = /```js service-worker\.js\n([\s\S]+?)```/.exec(markdown)!;
  return script!
    .replaceAll('/search/', '/docs/search/')
    .replace(
      "'/docs/search/nearfield-search.js'",
      "'/docs/nearfield-search.js', '/docs/site.css', '/docs/app.js'",
    )
    .replace("['/',", "['/docs/app/',");
}

export interface SearchSite {
  /** Of the site, with a slash at its end. */
  readonly url: string;
  /** Paths that were asked for since it was emptied. */
  readonly requests: string[];
  /** What happens to files whose paths match. */
  faults: { readonly path: RegExp; readonly fault: 'missing' | 'damaged' | 'away' | Promise<void> }[];
  /** Puts an index of these pages in the place of the one that is served. */
  publish(pages: readonly SitePage[]): Promise<void>;
  close(): Promise<void>;
}

const indexOf = (pages: readonly SitePage[]): Promise<Map<string, Uint8Array<ArrayBuffer>>> =>
  buildIndex({
    documents: pages.map(({ path, html }) => documentOfHtml(html, { id: path, url: `/${path}` })),
    meaning: { foundation: new HashedFoundation(), model: SEARCH_MODEL },
  });

async function engineModule(): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('./search-engine.ts', import.meta.url)),
    resolve: { conditionNames: ['@nearfield/source', 'browser', 'import', 'default'] },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

export async function serveSearchSite(): Promise<SearchSite> {
  const files = new Map<string, Uint8Array | string>();
  const directory = await mkdtemp(join(tmpdir(), 'nearfield-search-'));
  await bundleSearchElement(directory);
  for (const name of await readdir(directory, { recursive: true })) {
    if (name.endsWith('.js')) files.set(name.replaceAll('\\', '/'), await readFile(join(directory, name)));
  }
  await rm(directory, { recursive: true });
  files.set('engine.js', await engineModule());
  files.set('site.css', CSS);
  files.set('app.js', APP);
  files.set('service-worker.js', SERVICE_WORKER);
  for (const { path, html } of [...SITE_PAGES, ...OTHER_PAGES]) files.set(`${path}index.html`, html);
  const publish = async (pages: readonly SitePage[]): Promise<void> => {
    const index = await indexOf(pages);
    for (const name of files.keys()) if (name.startsWith('search/')) files.delete(name);
    for (const [name, bytes] of index) files.set(`search/${name}`, bytes);
  };
  await publish(SITE_PAGES);

  const api = await createNodeServer(new HashedFoundation(), {
    port: 0,
    indexes: { docs: await openIndex(memoryLoader(await indexOf(SITE_PAGES))) },
  });

  const site = { requests: [] as string[], faults: [] as SearchSite['faults'] };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    site.requests.push(path);
    // The search server, behind the site's own host as a proxy puts it.
    if (path.startsWith('/docs/api/')) {
      const body = request.method === 'POST' ? await text(request) : undefined;
      const answer = await fetch(`${api.url}${path.slice('/docs/api'.length)}`, {
        method: request.method ?? 'GET',
        headers: { 'Content-Type': 'application/json' },
        ...(body !== undefined && { body }),
      });
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(await answer.text());
      return;
    }
    const name = path.replace(/^\/docs\//, '').replace(/(^|\/)$/, '$1index.html');
    const fault = site.faults.find((each) => each.path.test(path))?.fault;
    if (fault instanceof Promise) await fault;
    if (fault === 'away') {
      request.socket.destroy();
      return;
    }
    const content = path.startsWith('/docs/') && fault !== 'missing' ? files.get(name) : undefined;
    if (content === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
      return;
    }
    const bytes = Buffer.from(content);
    if (fault === 'damaged') bytes[bytes.length >> 1]! ^= 1;
    const type = { html: 'text/html', js: 'text/javascript', css: 'text/css', json: 'application/json' };
    response
      .writeHead(200, {
        'Content-Type': type[name.split('.').at(-1) as keyof typeof type] ?? 'application/octet-stream',
        'Content-Security-Policy': POLICY,
        // Names of an index's files carry their sums.
        'Cache-Control':
          /\.bin$/.test(name) && fault === undefined ? 'max-age=31536000, immutable' : 'max-age=0',
      })
      .end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(site, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/`,
    publish,
    close: async () => {
      await api.close();
      await new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    },
  });
}
