import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { keepBusy } from './busy.ts';

/** Whether a process runs: one that has ended may wait, as a zombie, for its parent to notice. */
const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('what keeps the cores busy runs until it is stopped', async () => {
  const stop = keepBusy(2);
  expect(stop.pids).toHaveLength(2);
  expect(stop.pids.map(runs)).toEqual([true, true]);
  stop();
  await expect.poll(() => stop.pids.map(runs)).toEqual([false, false]);
});

test.skipIf(process.platform === 'win32')('it ends with its parent, even where that is killed', async () => {
  const parent = spawn(
    process.execPath,
    [
      '--import',
      import.meta.resolve('tsx'),
      '--eval',
      `const { keepBusy } = await import(${JSON.stringify(new URL('busy.ts', import.meta.url).href)});
      console.log(JSON.stringify(keepBusy(2).pids));
      setInterval(() => {}, 1e6);`,
    ],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids.map(runs)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await expect.poll(() => pids.map(runs)).toEqual([false, false]);
});
