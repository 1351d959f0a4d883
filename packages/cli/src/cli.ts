#!/usr/bin/env node
import { isMainThread, workerData } from 'node:worker_threads';
import type { CommandContext } from './command.ts';
import { runCommand } from './run-command.ts';
import type { ServeThreadData } from './serve-thread.ts';

/** A program that a signal ends has this status, and the signal's number. */
const SIGNALLED = 128;
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

const context: CommandContext = {
  stdin: process.stdin,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  terminal: {
    stdin: process.stdin.isTTY ?? false,
    stdout: process.stdout.isTTY ?? false,
    stderr: process.stderr.isTTY ?? false,
  },
  env: process.env,
  script: new URL(import.meta.url),
};

/** Ends the process at once on a signal: commands keep nothing that half a run could spoil. */
function endOnSignals(endsItself: boolean): void {
  if (endsItself) return;
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      if (context.terminal.stderr) context.stderr('\n');
      process.exit(SIGNALLED + number);
    });
  }
}

if (isMainThread) {
  // A reader such as `head` that has read enough ends the command, without a word.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  process.exitCode = await runCommand(process.argv.slice(2), context, endOnSignals);
} else {
  // A thread of `serve` has this script as well: it is the only one whose place is known once it is bundled.
  await (await import('./serve-thread.ts')).runServeThread(workerData as ServeThreadData);
}
