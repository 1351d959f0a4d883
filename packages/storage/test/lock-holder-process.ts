import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./hold-lock.ts', import.meta.url));

/**
 * A process of its own that holds a lock, once this resolves.
 * @param how `idle` waits to be killed, `blocked` computes and lets no timer run, until it is killed.
 */
export async function processHolding(
  directory: string,
  name: string,
  how: 'idle' | 'blocked',
): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions', '@nearfield/source', script, directory, name, how],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const started = Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
  const [first] = (await started) as [unknown];
  if (String(first) !== 'held') throw new Error(`The process ended with ${String(first)}.`);
  return child;
}

/** Ends a process as a crash would: nothing of it runs any more. */
export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
