/** The command lines of tasks: what they take, `--help`, and one line for what they do not. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that does not fit. */
export class UsageError extends Error {}

/** Result of {@link parseTask}: that of `parseArgs`, and whether help was requested. */
type Parsed<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config>> & { help: boolean };

/**
 * Reads a task's arguments; `--help` and `-h` go with every other.
 * @throws UsageError in one line, for an option that is not known or has no value.
 */
export function parseTask<Config extends ParseArgsConfig>(
  config: Config,
  args = process.argv.slice(2),
): Parsed<Config> {
  const options = { ...config.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const parsed = parseArgs({ ...config, options, args });
    const help = (parsed.values as { help?: boolean }).help === true;
    return { ...parsed, help } as unknown as Parsed<Config>;
  } catch (error) {
    // Node adds advice in further sentences: how to pass what begins with a dash.
    throw new UsageError((error as Error).message.split('. ')[0], { cause: error });
  }
}

/**
 * {@link parseTask} for a task's own process: prints the usage and ends it where help is wanted (code 0), or where the
 * arguments do not fit (code 2).
 * @param check throws UsageError for values that do not fit.
 */
export function taskArguments<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
  check: (parsed: Parsed<Config>) => void = () => {},
): Parsed<Config> {
  try {
    const parsed = parseTask(config);
    if (parsed.help) {
      console.log(usage);
      process.exit(0);
    }
    check(parsed);
    return parsed;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/**
 * A TCP port.
 * @throws UsageError
 */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new UsageError(`--port takes a number from 1 to 65535; it was given "${text}".`);
}
