/**
 * `npm run --silent api -- <endpoint> '<request JSON>'`: the `nearfield api` command from the sources, with the
 * embedded models at hand. Nothing but the answer goes to standard output.
 */
import { fileURLToPath } from 'node:url';
import { embeddedFolders } from '../../tooling/embedded-folders.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';

await buildEmbeddedModel();
const models = Object.entries(embeddedFolders).flatMap(([id, folder]) => ['--model', `${id}=${folder}`]);
const command = new URL('../../packages/cli/src/cli.ts', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(command), 'api', ...models);
await import(command.href);
