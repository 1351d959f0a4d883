/** Commands as a reader types them. */
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs shell commands; the first that fails ends them. @throws {Error} with what was printed. */
export async function runShell(commands: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const options = { cwd, env, maxBuffer: 2 ** 26 };
    return (await promisify(execFile)('sh', ['-ec', commands], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`"${commands}" failed in ${cwd}:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Starts a server. @returns what ends it, once it answers at `url`. @throws {Error} if it ends by itself. */
export async function startServer(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  url: string,
): Promise<() => Promise<void>> {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd, env, detached: true, stdio: [...stdio] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  let isOver = false;
  const closed = new Promise<void>((resolve) =>
    child.once('close', () => {
      isOver = true;
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    // Servers have children of their own.
    if (!isOver) process.kill(-child.pid!, 'SIGKILL');
    await closed;
  };
  try {
    while (!(await answers(url))) {
      if (isOver) throw new Error(`"${command}" ended in ${cwd}`);
    }
  } catch (cause) {
    await stop();
    throw new Error(`${(cause as Error).message}; it printed:\n${printed}`, { cause });
  }
  return stop;
}

/** Milliseconds in which a server answers that has taken a request; some build the page for it. */
const PATIENCE = 120_000;

/**
 * Whether a server answers; if not, asked again no sooner than a moment later.
 * @throws {Error} when it takes the request, and that is all
 */
export async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(PATIENCE) })).body?.cancel();
    return true;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'TimeoutError') {
      throw new Error(`${url} takes requests and does not answer`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    return false;
  }
}

/** An environment in which npm takes our packages from a registry of their own, and all others from where it does. */
export async function userConfig(folder: string, registry: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'userconfig']);
  const own = await readFile(stdout.trim(), 'utf8').catch(() => '');
  const file = join(folder, '.npmrc-user');
  await writeFile(file, `${own}\n@nearfield:registry=${registry}\n`);
  const { npm_config_registry: byScript, ...env } = process.env;
  return {
    ...env,
    ...(byScript && { npm_config_registry: byScript }),
    npm_config_userconfig: file,
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: undefined,
  } as NodeJS.ProcessEnv;
}
