#!/usr/bin/env node
import { isMainThread, workerData } from 'node:worker_threads';
import { errorBody } from '@nearfield/server';
import { FoundationError } from '@nearfield/spec';
import { type Command, type CommandContext, commandHelp, UsageError } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import type { ServeThreadData } from './serve-thread.ts';

const SYNOPSIS = 42;

const usage = (): string =>
  [
    ...Object.entries(COMMANDS).map(
      ([name, { synopsis, summary }]) => `${`nearfield ${name} ${synopsis}`.padEnd(SYNOPSIS)} ${summary}`,
    ),
    '\nnearfield COMMAND --help explains a command and its options.\n',
  ].join('\n');

const context: CommandContext = {
  stdin: process.stdin,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  script: new URL(import.meta.url),
};

async function main([name = '', ...argv]: string[]): Promise<number> {
  const command: Command | undefined = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const wantsHelp = name === '--help' || name === '-h' || name === 'help';
    if (wantsHelp) context.stdout(usage());
    else context.stderr(usage());
    return wantsHelp ? 0 : 2;
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    context.stdout(commandHelp(name, command));
    return 0;
  }
  try {
    return await command.run(argv, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.stderr(`${error.message}\n\n${commandHelp(name, command)}`);
      return 2;
    }
    if (!FoundationError.isInstance(error)) throw error;
    context.stderr(`${JSON.stringify(errorBody(error, 'local'))}\n`);
    return 1;
  }
}

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
// A thread of `serve` has this script as well: it is the only one whose place is known once it is bundled.
else await (await import('./serve-thread.ts')).runServeThread(workerData as ServeThreadData);
