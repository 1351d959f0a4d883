/**
 * `npm run --silent nearfield -- COMMAND …`: the `nearfield` command from the sources, with the embedded models and
 * the query table at hand. Nothing but the answer goes to standard output.
 */
import { fileURLToPath } from 'node:url';
import { queryTableDirectory } from '../../packages/models/minilm-query-table/src/index.ts';
import { embeddedFolders } from '../../tooling/embedded-folders.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';

const [name = '', ...rest] = process.argv.slice(2);
const isCommand = name !== '' && !name.startsWith('-') && !rest.includes('--help');
if (isCommand) await buildEmbeddedModel();
const models = Object.entries(embeddedFolders).map(([id, folder]) => `--model=${id}=${folder}`);
const table = ['index', 'search', 'eval'].includes(name) ? [`--table=${queryTableDirectory()}`] : [];
const command = new URL('../../packages/cli/src/cli.ts', import.meta.url);
// What the caller passes comes last, and so wins.
process.argv.splice(
  1,
  process.argv.length,
  fileURLToPath(command),
  name,
  ...(isCommand ? [...models, ...table] : []),
  ...rest,
);
if (name === '') process.argv.splice(2, 1);
await import(command.href);
