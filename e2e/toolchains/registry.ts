/** A registry that has the packed packages of this repository and nothing else. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packedDirectory } from '../../tooling/packed-directory.ts';

interface Packed {
  name: string;
  version: string;
  bytes: Buffer;
  manifest: object;
}

async function readPacked(file: string): Promise<Packed> {
  const path = join(packedDirectory, file);
  const { stdout } = await promisify(execFile)('tar', ['-xzOf', path, 'package/package.json']);
  const manifest = JSON.parse(stdout) as { name: string; version: string };
  return { ...manifest, manifest, bytes: await readFile(path) };
}

/** A registry that runs. */
export interface Registry {
  /** With a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves every packed package in its one version. */
export async function serveRegistry(): Promise<Registry> {
  const packed = new Map<string, Packed>();
  for (const file of await readdir(packedDirectory)) {
    const each = await readPacked(file);
    packed.set(each.name, each);
  }
  const server = createServer((request, response) => {
    const [, name = '', tarball] =
      /^\/(@[^/]+\/[^/]+)(\/-\/.*)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const found = packed.get(name);
    if (!found) {
      response.writeHead(404, { 'Content-Type': 'application/json' }).end('{}');
      return;
    }
    if (tarball !== undefined) {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(found.bytes);
      return;
    }
    const { version, manifest, bytes } = found;
    const dist = {
      tarball: `${url}${name}/-/${version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    };
    const document = {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist } },
    };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
