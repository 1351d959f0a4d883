import { FoundationError } from '@nearfield/spec';
import { type CommandContext, commandHelp, UsageError } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { ownVersion } from './version.ts';

const SYNOPSIS = 42;

/** Exit status of arguments that cannot be used. */
const MISUSE = 2;

async function usage(): Promise<string> {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
  );
  return [
    ...commands.map(([name, { synopsis, summary }]) => {
      const line = `nearfield ${name} ${synopsis}`.trimEnd();
      return line.length > SYNOPSIS
        ? `${line}\n${' '.repeat(SYNOPSIS)} ${summary}`
        : `${line.padEnd(SYNOPSIS)} ${summary}`;
    }),
    '\nnearfield COMMAND --help explains a command and its options.\n',
  ].join('\n');
}

/**
 * Runs a command line without the program's name.
 * @param onStart called with whether the command ends by itself on signals, before it runs
 * @returns the exit status: 0; 1 after a failure; 2 for arguments that cannot be used. `grep` has its own.
 */
export async function runCommand(
  [name = '', ...argv]: readonly string[],
  context: CommandContext,
  onStart: (endsItself: boolean) => void = () => {},
): Promise<number> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name === '--version') {
    context.stdout(`${ownVersion()}\n`);
    return 0;
  }
  if (!load) {
    const wantsHelp = name === '--help' || name === '-h' || name === 'help';
    if (wantsHelp) context.stdout(await usage());
    else {
      const fault = name.startsWith('-')
        ? `Unknown option '${name}'.\n\n`
        : name === ''
          ? ''
          : `nearfield has no command '${name}'.\n\n`;
      context.stderr(fault + (await usage()));
    }
    return wantsHelp ? 0 : MISUSE;
  }
  const command = await load();
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const isShort = Object.values(command.options).every(({ short }) => short !== 'h');
  if (flags.includes('--help') || (isShort && flags.includes('-h'))) {
    context.stdout(commandHelp(name, command));
    return 0;
  }
  try {
    onStart(command.endsItself ?? false);
    return await command.run(argv, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.stderr(`nearfield ${name}: ${error.message}\n\n${commandHelp(name, command)}`);
      return MISUSE;
    }
    if (!FoundationError.isInstance(error)) throw error;
    context.stderr(`nearfield ${name}: ${error.message}\n`);
    return command.failure ?? 1;
  }
}
