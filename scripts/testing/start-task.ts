/** Starts tasks as npm scripts do, each in a process of its own. */
import { execFile } from 'node:child_process';
import { repository } from '../../tooling/process.mjs';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a task to its end. */
export const startTask = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['scripts/start.mjs', ...args], { cwd: repository }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
