/** The server with tiny weights under the ids that the documents and the clients' defaults name. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createNodeFoundation, type NodeModel } from '@nearfield/core/node';
import {
  type TinyModel,
  tinyClipV1,
  tinyClipV2,
  tinyCode,
  tinyMiniLM,
  tinyRerankerV2,
  tinyRerankerV3,
  tinyV3,
} from '@nearfield/model-tiny';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';

export interface TestServer extends NodeServer {
  /** Ends it and deletes its files. */
  end(): Promise<void>;
}

type Models = Readonly<Record<string, { make: () => Pick<TinyModel, 'files'>; like?: string }>>;

/** Models by id; those of which dimensions are asked have the real ones. */
const MODELS: Models = {
  'jina-embeddings-v3': { make: () => tinyV3('both', 1024) },
  // No weights of v4 run here; a model of texts and pictures stands for it.
  'jina-embeddings-v4': { make: () => tinyClipV2(), like: 'jina-clip-v2' },
  'jina-code-embeddings-1.5b': { make: () => tinyCode(1536) },
  'jina-code-embeddings-0.5b': { make: () => tinyCode(896) },
  'jina-clip-v1': { make: () => tinyClipV1() },
  'jina-clip-v2': { make: () => tinyClipV2() },
  'jina-reranker-v3': { make: () => tinyRerankerV3() },
  'jina-reranker-v2-base-multilingual': { make: () => tinyRerankerV2() },
  'all-MiniLM-L6-v2': { make: () => tinyMiniLM() },
};

/** A PNG of one pixel, for every address: the documents' own are on the network. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A model of texts in the place of v4, with a vector for each token: no tiny one has pictures too. */
export const V4_OF_TOKENS: Models = {
  'jina-embeddings-v4': { make: () => tinyMiniLM(), like: 'all-MiniLM-L6-v2' },
};

/** Serves some models on any free port. @param served default: those above */
export async function startServer(served: Models = MODELS): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'nearfield-clients-'));
  const models: NodeModel[] = [];
  for (const [id, { make, like }] of Object.entries(served)) {
    for (const { path, bytes } of make().files) {
      await mkdir(dirname(join(directory, id, path)), { recursive: true });
      await writeFile(join(directory, id, path), bytes);
    }
    models.push({ id, source: join(directory, id), ...(like !== undefined && { like }) });
  }
  const foundation = createNodeFoundation({
    models,
    dataDirectory: join(directory, 'data'),
    selfCheck: false,
  });
  const server = await createNodeServer(foundation, {
    port: 0,
    urls: { read: async () => new Uint8Array(PICTURE), check: () => {}, notify: async () => {} },
  });
  return {
    ...server,
    end: async () => {
      await server.close();
      await foundation.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Sends a request as a document's curl does. */
export const send = (url: string, path: string, body: unknown): Promise<Response> =>
  body === null
    ? fetch(`${url}${path}`)
    : fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer jina_example' },
        body: JSON.stringify(body),
      });
