/** Runs the programs that the playground writes, in the languages that they are in. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const SOURCES = ['--conditions=@nearfield/source', '--import', 'tsx'];
const MOST_OUTPUT = 64 * 1024 * 1024;

/** A server started by the command, as people start it. */
export interface CommandServer {
  url: string;
  close(): Promise<void>;
}

/** `nearfield serve` with the embedded models, on a free port. */
export async function startNearfieldServe(key: string): Promise<CommandServer> {
  const cli = join(repository, 'packages/cli/src/cli.ts');
  // What earlier runs have trained would fill the server's own folder.
  const data = await mkdtemp(join(tmpdir(), 'nearfield-playground-'));
  const options = ['--port', '0', '--api-key', key, '--data-dir', data];
  const child = spawn(process.execPath, [...SOURCES, cli, 'serve', ...options], {
    cwd: join(repository, 'packages/cli'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const [address] = /http:\/\/127\.0\.0\.1:\d+/u.exec(line) ?? [];
        if (address) resolve(address);
      });
    }
    void ended.then(() => reject(new Error(`nearfield serve ended: ${said.join('\n')}`)));
  });
  return {
    url,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Writes programs into a folder from which their imports are found. @returns the files by name */
export async function writePrograms(
  room: 'demo' | 'e2e',
  programs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const folder = join(repository, room, '.cache/playground-code');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = Object.entries(programs).map(
    ([name, text]) => [name, join(folder, `${name}.ts`), text] as const,
  );
  await Promise.all(files.map(([, file, text]) => writeFile(file, text)));
  return Object.fromEntries(files.map(([name, file]) => [name, file]));
}

/** A module that runs others in turn, and gives their printed values as JSON to `done`. */
export const runner = (files: Readonly<Record<string, string>>, done: string): string => `
const results: Record<string, unknown[]> = {};
const log = console.log;
${Object.entries(files)
  .map(
    ([name, file]) =>
      `console.log = (value: unknown) => { (results[${JSON.stringify(name)}] ??= []).push(value); };
await import(${JSON.stringify(file)});`,
  )
  .join('\n')}
console.log = log;
const plain = (_: string, value: unknown) => ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
(${done})(JSON.stringify(results, plain));
`;

/** What programs of TypeScript print in Node, by name. */
export async function runInNode(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Record<string, unknown[]>> {
  const script = Object.values(files)[0]!.replace(/[^/\\]+$/u, 'all.ts');
  await writeFile(script, runner(files, 'console.log'));
  const { stdout } = await run(process.execPath, [...SOURCES, script], {
    cwd: join(repository, 'packages/cli'),
    env: { ...process.env, ...environment },
    maxBuffer: MOST_OUTPUT,
  });
  return JSON.parse(stdout) as Record<string, unknown[]>;
}

/** What a command of the shell prints, parsed: one value, or one on each line. */
export async function runInShell(
  text: string,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { stdout } = await run('sh', ['-c', `${text.trimEnd()} --silent --show-error`], {
    env: { ...process.env, ...environment },
    maxBuffer: MOST_OUTPUT,
  });
  return JSON.parse(stdout);
}

/** What a Python program prints, as JSON: `print` shows values as Python writes them. */
export async function runInPython(
  text: string,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const asJson = 'import json as _json\n_print = print\nprint = lambda value: _print(_json.dumps(value))\n';
  const { stdout } = await run('python3', ['-c', asJson + text], {
    env: { ...process.env, ...environment },
    maxBuffer: MOST_OUTPUT,
  });
  return JSON.parse(stdout);
}
