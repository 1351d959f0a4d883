/** `npm run demo [-- --port N --host --open]`: builds the embedded model if needed and serves the demo. */
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { buildEmbeddedModel } from '../embedded-model.ts';
import { repository } from '../process.mjs';

const { values } = parseArgs({
  options: { port: { type: 'string' }, host: { type: 'boolean' }, open: { type: 'boolean' } },
});

await buildEmbeddedModel();
const server = await createServer({
  configFile: `${repository}/vite.config.ts`,
  server: {
    // A taken port is stepped over; only one that was asked for must be had.
    ...(values.port !== undefined && { port: Number(values.port), strictPort: true }),
    ...(values.host && { host: true }),
    ...(values.open && { open: true }),
  },
});
await server.listen();
server.printUrls();
const close = (): void => {
  void server.close().then(() => process.exit(0));
};
process.once('SIGINT', close).once('SIGTERM', close);
