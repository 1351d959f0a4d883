/** `npm run docs`: the documents as a site with its own search, with hot reload; `npm run docs -- build` writes it. */
import { join, resolve } from 'node:path';
import { portNumber, taskArguments, UsageError } from '../../tooling/arguments.ts';
import { repository, runSource } from '../../tooling/process.mjs';
import { buildEmbeddedModel } from '../embedded-model.ts';

const USAGE = `npm run docs -- [build] [options]: serves the documents as a site, or writes it

Options:
  --port PORT      of the server, this one and no other (default: 5173, or the next that is free)
  --base PATH      beginning of the site's addresses (default: /)
  --out FOLDER     where build writes (default: docs/.vitepress/dist)
  --keywords-only  no model embeds the passages: the search finds words alone`;

const { values, positionals } = taskArguments(
  USAGE,
  {
    options: {
      port: { type: 'string' },
      base: { type: 'string' },
      out: { type: 'string' },
      'keywords-only': { type: 'boolean' },
    },
    allowPositionals: true,
  },
  ({ values: { port, base = '/' }, positionals: [command = 'serve', ...more] }) => {
    if (port !== undefined) portNumber(port);
    if (!/^\/(?:.*\/)?$/.test(base)) {
      throw new UsageError(`--base begins and ends with a slash; it is '${base}'.`);
    }
    if (command !== 'build' && command !== 'serve') throw new UsageError(`There is no command '${command}'.`);
    if (more.length > 0) throw new UsageError(`docs takes no argument '${more[0]}'.`);
  },
);
const { port, base = '/', out } = values;
const isBuild = positionals[0] === 'build';

// The model embeds the passages; in development words are enough.
if (values['keywords-only']) process.env.NEARFIELD_KEYWORDS_ONLY = 'true';
else if (isBuild) await buildEmbeddedModel();
const written = await runSource('docs/.vitepress/reference.ts', [join(repository, 'docs/reference')]);
if (written !== 0) process.exit(written);
process.exitCode = await runSource('docs/node_modules/vitepress/bin/vitepress.js', [
  isBuild ? 'build' : 'dev',
  'docs',
  '--base',
  base,
  ...(isBuild && out !== undefined ? ['--outDir', resolve(out)] : []),
  ...(port === undefined || isBuild ? [] : ['--port', port, '--strictPort']),
]);
