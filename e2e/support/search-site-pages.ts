/** A small site of documentation, as a generator would write it, for search-element.spec.ts. */

/** What the index's passages are embedded by. */
export const SEARCH_MODEL = 'all-MiniLM-L6-v2';

export interface SitePage {
  /** Below the site. */
  readonly path: string;
  readonly html: string;
}

const document = (
  title: string,
  body: string,
  { language = 'en', direction = 'ltr' }: { language?: string; direction?: string } = {},
): string => `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="/docs/site.css">
<script type="module" src="/docs/nearfield-search.js"></script>
</head>
<body>${body}</body>
</html>`;

/** The search as every page has it: a plain form for those without JavaScript in it. */
const box = (attributes = ''): string => `<nearfield-search index="/docs/search/" ${attributes}>
<form action="/docs/find/" role="search"><label>Find <input name="q" type="search"></label> <button>Go</button></form>
</nearfield-search>`;

const article = (
  path: string,
  title: string,
  kind: string,
  trail: readonly string[],
  body: string,
): SitePage => ({
  path,
  html: document(
    title,
    `<header>${box()}</header>
<nav aria-label="Breadcrumb"><ol>${trail.map((each) => `<li>${each}</li>`).join('')}</ol></nav>
<main data-nearfield-filter="kind:${kind}"><h1>${title}</h1>${body}</main>`,
  ),
});

const filler = (subject: string): string =>
  `<p>${`This part is about ${subject} and says what follows from it in plain words. `.repeat(6)}</p>`;

export const SITE_PAGES: readonly SitePage[] = [
  article(
    'guide/install/',
    'Installation',
    'guide',
    ['Guide', 'First steps'],
    `<p>Install the package, then start the server once. It writes its settings beside the program.</p>
${filler('installation')}
<h2 id="proxy">Behind a proxy</h2><p>A server behind a proxy needs its address. The proxy must pass the Host header on, or the server answers with error 421.</p>
${filler('proxies')}
<h2 id="update">Updating</h2><p>Stop the server, install the new version and start it again. Settings of the old version are read.</p>`,
  ),
  article(
    'guide/settings/',
    'Settings',
    'guide',
    ['Guide'],
    `<p>Settings are read from a file when the server starts.</p>${filler('settings')}
<h2 id="proxy-address">Address of the proxy</h2><p>Set <code>proxy</code> to the address under which visitors reach the server.</p>
<h2 id="limits">Limits</h2><p>Requests are cut at one megabyte unless the limit is raised.</p>`,
  ),
  article(
    'reference/errors/',
    'Errors',
    'reference',
    ['Reference'],
    `<p>Each error has a number and a sentence that says what to do.</p>
<h2 id="e421">421</h2><p>The Host header names another server. Check the proxy in front of it.</p>
<h2 id="e429">429</h2><p>Too many requests came at once. Wait and try again.</p>`,
  ),
  article(
    'reference/backup/',
    'Backup',
    'reference',
    ['Reference'],
    `<p>Copy the data folder while the server is stopped. A copy taken from a running server may be damaged.</p>
${filler('copies')}<h2 id="restore">Restore</h2><p>Put the folder back and start the server.</p>`,
  ),
  article(
    'guide/proxy/',
    'Proxy',
    'guide',
    ['Guide'],
    `<p>Short.</p>${filler('headers')}${filler('certificates')}`,
  ),
  article(
    'reference/cache/',
    'Cache',
    'reference',
    ['Reference'],
    `<p>Answers are kept for an hour. Empty the cache after an update of the pages.</p>${filler('caching')}`,
  ),
];

/** Pages that search but are not found. */
export const OTHER_PAGES: readonly SitePage[] = [
  {
    path: '',
    html: document(
      'Documentation',
      `<header>${box('suggestions="install the server | error 421"')}</header><main><h1>Documentation</h1><p>Welcome.</p><p><input aria-label="Name"></p></main>`,
    ),
  },
  {
    path: 'engine/',
    html: document(
      'With an engine',
      `<header>${box('engine="/docs/engine.js" rerank="never"')}</header><main><h1>With an engine</h1></main>`,
    ),
  },
  {
    path: 'app/',
    html: document(
      'An app',
      `<header>${box()}</header><main><h1>An app</h1></main><script src="/docs/app.js"></script>`,
    ),
  },
  {
    path: 'find/',
    html: document(
      'Find',
      `<main><h1>Find</h1>${box('mode="inline" parameter="q" label="Search the manual"')}</main>`,
    ),
  },
  {
    path: 'de/',
    html: document('Handbuch', `<header>${box()}</header><main><h1>Handbuch</h1></main>`, {
      language: 'de-AT',
    }),
  },
  {
    path: 'ar/',
    html: document('الدليل', `<header>${box()}</header><main><h1>الدليل</h1></main>`, {
      language: 'ar',
      direction: 'rtl',
    }),
  },
];
