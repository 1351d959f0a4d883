import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The command from its sources, as a process of its own. */
export function spawnCommand(
  args: readonly string[],
  { nodeOptions = [], env = {} }: { nodeOptions?: readonly string[]; env?: Record<string, string> } = {},
) {
  const cli = fileURLToPath(new URL('../../cli/src/cli.ts', import.meta.url));
  return spawn(
    process.execPath,
    [...nodeOptions, '--conditions=@nearfield/source', '--import', 'tsx', cli, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } },
  );
}

export interface ServeCommand {
  url: string;
  /** What it has written to its log so far. */
  log: () => string;
  /** Waits for a line of the log. */
  line: (pattern: RegExp) => Promise<string>;
  signal: (name: NodeJS.Signals) => void;
  /** The exit status, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Whether the process is still there. */
  isAlive: () => boolean;
  end: () => Promise<void>;
}

type Options = Parameters<typeof spawnCommand>;

/** `serve` on any free port, once it listens. */
export const serveCommand = (args: Options[0], how?: Options[1]): Promise<ServeCommand> =>
  startCommand(['serve', '--port', '0', ...args], how);

/** A command that listens. @throws Error with what it said, if it ends before. */
export async function startCommand(args: Options[0], how?: Options[1]): Promise<ServeCommand> {
  const child = spawnCommand(args, how);
  const ended = once(child, 'exit');
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      for (const listen of listeners) listen();
      const [, address] = /^Listening on (\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
    ended.then(([code]) => reject(new Error(`${args[0]} ended with ${code}: ${lines.join('\n')}`)), reject);
  });
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    url,
    log: () => lines.join('\n'),
    isAlive,
    line: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    signal: (name) => child.kill(name),
    ended: ended.then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals),
    end: async () => {
      if (isAlive()) child.kill('SIGTERM');
      await ended;
    },
  };
}
