/** `npm run serve -- [options]`: the `nearfield serve` command from the sources, with the embedded models at hand. */
import { fileURLToPath } from 'node:url';
import { buildEmbeddedModel } from '../embedded-model.ts';

await buildEmbeddedModel();
const command = new URL('../../packages/cli/src/cli.ts', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(command), 'serve');
await import(command.href);
