/**
 * `npm run --silent api -- <endpoint> '<request JSON>'`: the `nearfield api` command from the sources, with the
 * embedded models at hand. Nothing but the answer goes to standard output.
 */
import { fileURLToPath } from 'node:url';
import { EMBEDDED_FOLDERS } from '../../tooling/embedded-folders.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';

await buildEmbeddedModel();
const models = Object.entries(EMBEDDED_FOLDERS).flatMap(([id, folder]) => ['--model', `${id}=${folder}`]);
const COMMAND = new URL('../../packages/cli/src/cli.ts', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(COMMAND), 'api', ...models);
await import(COMMAND.href);
