import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Spins until its parent has ended, even if that was killed and could not end it. */
const SPIN = `
const parent = Number(process.argv[1]);
for (let turn = 0; ; turn++) if (turn % 1e7 === 0 && process.ppid !== parent) process.exit();
`;

/**
 * Keeps this machine's cores busy with other processes, as a slow machine's would be.
 * @param count processes that spin. Default: as many as there are cores.
 * @returns ends them; they also end with this process, however it ends. `pids` are their numbers.
 */
export function keepBusy(
  count = availableParallelism(),
): (() => void) & { readonly pids: readonly number[] } {
  const spinning = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', SPIN, String(process.pid)], { stdio: 'ignore' }),
  );
  const stop = (): void => {
    process.off('exit', stop);
    for (const child of spinning) child.kill('SIGKILL');
  };
  process.on('exit', stop);
  // The process does not wait for these children.
  for (const child of spinning) child.unref();
  return Object.assign(stop, { pids: spinning.flatMap(({ pid }) => pid ?? []) });
}
