/**
 * `npm run --silent api -- <endpoint> '<request JSON>'`: the `nearfield api` command from the sources, with the
 * embedded model at hand. Nothing but the answer goes to standard output.
 */
import { fileURLToPath } from 'node:url';
import { EMBEDDED_MINILM_ID } from '../../packages/embedded-minilm/src/index.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';

const directory = await buildEmbeddedModel();
const command = new URL('../../packages/server/src/cli.ts', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(command), 'api', '--model', `${EMBEDDED_MINILM_ID}=${directory}`);
await import(command.href);
