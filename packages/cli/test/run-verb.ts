import { Readable } from 'node:stream';
import type { CommandContext } from '../src/command.ts';
import { runCommand } from '../src/run-command.ts';

export interface RunOptions {
  /** Standard input. */
  readonly input?: string;
  readonly env?: Record<string, string>;
  /** Streams that a person sits at. @default none */
  readonly terminal?: Partial<CommandContext['terminal']>;
}

/** A verb in this process, with its output. */
export async function runVerb(
  name: string,
  args: readonly string[],
  { input = '', env = {}, terminal = {} }: RunOptions = {},
) {
  let [stdout, stderr] = ['', ''];
  const code = await runCommand([name, ...args], {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    terminal: { stdin: false, stdout: false, stderr: false, ...terminal },
    env,
    script: new URL('../src/cli.ts', import.meta.url),
  });
  return { code, stdout, stderr };
}
