/** `npm run demo [-- --port N --host --open]`: builds the embedded model if needed and serves the demo. */
import { createServer } from 'vite';
import { portNumber, taskArguments } from '../../tooling/arguments.ts';
import { repository } from '../../tooling/process.mjs';
import { buildEmbeddedModel } from '../embedded-model.ts';
import { buildSampleIndex } from '../sample-index.ts';

const USAGE = `npm run demo -- [options]: serves the demo, and prints its address

Options:
  --port PORT   this port and no other (default: 5173, or the next that is free)
  --host        to other machines, too
  --open        opens it in the browser`;

const { values } = taskArguments(
  USAGE,
  { options: { port: { type: 'string' }, host: { type: 'boolean' }, open: { type: 'boolean' } } },
  ({ values: { port } }) => {
    if (port !== undefined) portNumber(port);
  },
);

await buildSampleIndex(await buildEmbeddedModel());
const server = await createServer({
  configFile: `${repository}/vite.config.ts`,
  server: {
    // A taken port is skipped, unless it was requested.
    ...(values.port !== undefined && { port: portNumber(values.port), strictPort: true }),
    ...(values.host && { host: true }),
    ...(values.open && { open: true }),
  },
});
try {
  await server.listen();
} catch (error) {
  await server.close();
  const { message } = error as Error;
  const isTaken = /already in use|EADDRINUSE/.test(message);
  console.error(
    isTaken
      ? `Port ${values.port} is taken. Name another one, or leave --port out to get one that is free.`
      : `The demo cannot be served: ${message}`,
  );
  process.exit(1);
}
server.printUrls();
const close = (): void => {
  void server.close().then(() => process.exit(0));
};
process.once('SIGINT', close).once('SIGTERM', close);
