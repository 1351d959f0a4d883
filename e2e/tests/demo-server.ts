/** A real server with the embedded models, which the demo's Remote asks. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeFoundation } from '@nearfield/core/node';
import { createReader } from '@nearfield/reader';
import { createNodeServer } from '@nearfield/server/node';

const KEY = 'jina_this-key-is-right';

const folder = (path: string): string => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

/** Values for the demo's Remote settings, and the server's end. */
interface DemoServer {
  apiKey: string;
  baseUrl: string;
  /** Where it keeps its classifiers. */
  dataDirectory: string;
  close(): Promise<void>;
}

/** Serves the embedded models' engine in Node, with classifiers in a folder of its own. */
export async function startDemoServer(): Promise<DemoServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'nearfield-demo-'));
  const foundation = createNodeFoundation({
    dataDirectory,
    models: [
      { id: 'all-MiniLM-L6-v2', source: folder('models/minilm/dist/all-MiniLM-L6-v2') },
      { id: 'minilm-reranker', source: folder('models/minilm-reranker/dist/minilm-reranker') },
      { id: 'icon-clip', source: folder('models/icon-clip/model') },
    ],
  });
  const server = await createNodeServer(foundation, {
    port: 0,
    apiKeys: [KEY],
    cors: '*',
    reader: createReader(),
  });
  return {
    apiKey: KEY,
    baseUrl: server.url,
    dataDirectory,
    close: async () => {
      await server.close();
      await foundation.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** A server that can die: whoever asks it afterwards is cut off in the middle of the request. */
export async function startMortalServer(): Promise<DemoServer & { die(): void; cutOff(): number }> {
  const server = await startDemoServer();
  const { hostname, port } = new URL(server.baseUrl);
  const sockets = new Set<Socket>();
  let isDead = false;
  let cut = 0;
  const relay = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (isDead) {
      socket.once('data', () => {
        cut++;
        socket.destroy();
      });
      return;
    }
    const onwards = connect(Number(port), hostname);
    onwards.on('error', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
    onwards.on('close', () => socket.destroy());
    socket.pipe(onwards).pipe(socket);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    ...server,
    baseUrl: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    die() {
      isDead = true;
      for (const socket of sockets) socket.destroy();
    },
    cutOff: () => cut,
    async close() {
      for (const socket of sockets) socket.destroy();
      relay.close();
      await server.close();
    },
  };
}
