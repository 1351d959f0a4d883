/** A project outside of the repository that has the packed packages installed, as an application would. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packedDirectory } from '../../tooling/packed-directory.ts';
import { serveFile } from '../../tooling/serve-file.ts';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/**
 * Makes a temporary project and unpacks the tarballs into its `node_modules`. Packages from the registry are
 * linked from where this repository has them: what is tested is ours, and needs no network.
 */
export async function makeConsumer(): Promise<string> {
  const project = await realpath(await mkdtemp(join(tmpdir(), 'nearfield-consumer-')));
  const tarballs = await readdir(packedDirectory).catch((cause: unknown) => {
    throw new Error('There are no packed packages: run "npm test -- --only e2e".', { cause });
  });
  for (const tarball of tarballs) {
    const name = tarball.replace(/^nearfield-(.*)-\d+\.\d+\.\d+\.tgz$/, '$1');
    const target = join(project, 'node_modules/@nearfield', name);
    await mkdir(target, { recursive: true });
    await promisify(execFile)('tar', [
      '-xzf',
      join(packedDirectory, tarball),
      '-C',
      target,
      '--strip-components=1',
    ]);
    await linkDependencies(project, target, join(packages, name));
  }
  return project;
}

async function linkDependencies(project: string, installed: string, workspace: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
  const { dependencies = {}, peerDependencies = {} } = manifest;
  for (const [name, version] of Object.entries(dependencies)) {
    // pnpm writes real versions when it packs; anything else could not be installed from the registry.
    if (!/^\d/.test(version)) throw new Error(`${manifest.name} depends on ${name} as ${version}`);
  }
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (name.startsWith('@nearfield/')) continue;
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { force: true });
    await symlink(await realpath(join(workspace, 'node_modules', name)), link, 'junction');
  }
}

/** A static file server, with the headers that wasm threads need and a content security policy. */
export interface StaticServer {
  origin: string;
  close(): Promise<void>;
}

/** Headers of a cross-origin isolated site whose policy is the strictest that the library needs. */
const STRICT = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
};

/**
 * Serves folders under path prefixes, the first that fits: `{ '/models/': '…', '/': '…' }`.
 * @param changes headers beside those of {@link STRICT}, or in their place
 */
export async function serveStatic(
  folders: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>> = {},
): Promise<StaticServer> {
  const headers = { ...STRICT, ...changes };
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    // Browsers ask for it by themselves.
    if (url === '/favicon.ico') {
      response.writeHead(204, headers).end();
      return;
    }
    const prefix = Object.keys(folders).find((path) => url.startsWith(path));
    request.url =
      prefix === undefined ? url : url.slice(prefix.length - 1).replace(/^\/(?=\?|$)/, '/index.html');
    serveFile(prefix === undefined ? '' : folders[prefix]!, request, response, headers).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
