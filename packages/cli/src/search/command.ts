import { FoundationError } from '@nearfield/spec';
import { evalCommand } from './eval-command.ts';
import { indexCommand } from './index-command.ts';
import { messageOf, UsageError } from './models.ts';
import { searchCommand } from './search-command.ts';
import { tableCommand } from './table-command.ts';

/** Where output goes. */
export interface CommandOutput {
  /** The answer, and nothing else. */
  stdout: (text: string) => void;
  /** Progress and problems. */
  stderr: (text: string) => void;
  /** Whether a person watches standard error. */
  isTerminal: boolean;
}

/** A command of its own arguments. */
export interface Command {
  usage: string;
  /** Gives the exit code. Throws UsageError, or TypeError of parseArgs, for arguments that cannot be right. */
  run(args: string[], output: CommandOutput): Promise<number>;
}

export const SEARCH_COMMANDS: Readonly<Record<string, Command>> = {
  index: indexCommand,
  search: searchCommand,
  eval: evalCommand,
  table: tableCommand,
};

const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && /^ERR_PARSE_ARGS/.test((error as NodeJS.ErrnoException).code ?? ''));

/**
 * Runs a command.
 * @returns the exit code: 0, 1 after a failure, 2 for arguments that cannot be right.
 */
export async function runCommand(
  { usage, run }: Command,
  args: string[],
  output: CommandOutput,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    output.stdout(`${usage}\n`);
    return 0;
  }
  try {
    return await run(args, output);
  } catch (error) {
    if (isUsageError(error)) {
      output.stderr(`${error.message}\n\n${usage}\n`);
      return 2;
    }
    if (!FoundationError.isInstance(error)) throw error;
    output.stderr(`${messageOf(error)}\n`);
    return 1;
  }
}
