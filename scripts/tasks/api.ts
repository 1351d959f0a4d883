/** `npm run --silent api -- <endpoint> '<request JSON>'`: the `nearfield api` command, from the sources. */
import { fileURLToPath } from 'node:url';
import { buildEmbeddedModel } from '../embedded-model.ts';

await buildEmbeddedModel();
const command = new URL('../../packages/server/src/cli.ts', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(command), 'api');
await import(command.href);
