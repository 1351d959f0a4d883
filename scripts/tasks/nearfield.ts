/**
 * `npm run --silent nearfield -- COMMAND …`: the `nearfield` command from the sources, with the embedded models built
 * and the query table at hand. Nothing but the answer goes to standard output.
 */
import { fileURLToPath } from 'node:url';
import { queryTableDirectory } from '../../packages/models/minilm-query-table/src/model.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';

const [name = '', ...rest] = process.argv.slice(2);
if (name !== '' && !name.startsWith('-') && !rest.includes('--help')) await buildEmbeddedModel();
// Published packages have the table among their files; what the caller passes comes last, and so wins.
const table = name === 'index' ? [`--table=${queryTableDirectory()}`] : [];
const command = new URL('../../packages/cli/src/cli.ts', import.meta.url);
process.argv.splice(
  1,
  process.argv.length,
  fileURLToPath(command),
  ...(name === '' ? [] : [name]),
  ...table,
  ...rest,
);
await import(command.href);
