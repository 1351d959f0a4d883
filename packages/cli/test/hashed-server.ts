import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';

/** A server of a foundation without a model, for `--server`: its vectors are near where texts share words. */
export async function hashedServer(): Promise<
  NodeServer & { foundation: HashedFoundation; embedded: string[] }
> {
  const foundation = new HashedFoundation();
  const embedded: string[] = [];
  const embeddings = foundation.embeddings.bind(foundation);
  // Counts what is computed, and computes it.
  foundation.embeddings = (async (request, options) => {
    embedded.push(...([request.input].flat() as string[]));
    return embeddings(request, options);
  }) as typeof foundation.embeddings;
  const server = await createNodeServer(foundation, { port: 0 });
  return { ...server, foundation, embedded };
}
