import { parseArgs } from 'node:util';

/** An option as `parseArgs` of Node takes it, with what `--help` says of it. */
export interface OptionFacts {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** Name of the value in `--help`, such as `PORT`. */
  readonly value?: string;
  /** The values that it takes, for shells that complete them. */
  readonly choices?: readonly string[];
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionFacts>>;

type ValueOf<Facts extends OptionFacts> = Facts extends { type: 'boolean' } ? boolean : string;

/** Values of a command's options: lists where an option may be repeated, undefined where one is not given. */
export type OptionValues<Options extends OptionTable> = {
  readonly [Name in keyof Options]: Options[Name] extends { multiple: true }
    ? readonly ValueOf<Options[Name]>[]
    : ValueOf<Options[Name]> | undefined;
};

/** Streams of the process that runs a command. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadableStream;
  /** The streams that a person sits at. */
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The script of the command itself, for threads of its own. */
  readonly script: URL;
}

/** Arguments that a command cannot use; the process ends with status 2 and the command's usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One verb of `nearfield`. */
export interface Command {
  /** Arguments after the name, such as `ENDPOINT 'REQUEST JSON'`. */
  readonly synopsis: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly options: OptionTable;
  /** Words that the first argument may be, for shells that complete them. @default none: arguments are files */
  readonly words?: readonly string[];
  /** Whatever `--help` says before the options. */
  readonly details?: string;
  /** Command lines that work as they are. */
  readonly examples?: readonly string[];
  /** Ends on SIGINT and SIGTERM by itself, when it has finished its work. @default false: the signal ends it */
  readonly endsItself?: boolean;
  /** Exit status of a failure. @default 1 */
  readonly failure?: number;
  /** @returns the exit status */
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}

/**
 * A command whose `run` gets parsed arguments.
 *
 * @example
 * export const hello = defineCommand({
 *   synopsis: 'NAME',
 *   summary: 'greet somebody',
 *   options: { loud: { type: 'boolean', help: 'in capitals' } },
 *   async run({ values, positionals: [name = 'you'] }, { stdout }) {
 *     stdout(values.loud ? name.toUpperCase() : name);
 *     return 0;
 *   },
 * });
 */
export function defineCommand<const Options extends OptionTable>(definition: {
  readonly synopsis: string;
  readonly summary: string;
  readonly options: Options;
  readonly words?: readonly string[];
  readonly details?: string;
  readonly examples?: readonly string[];
  readonly endsItself?: boolean;
  readonly failure?: number;
  readonly run: (
    parsed: { readonly values: OptionValues<Options>; readonly positionals: readonly string[] },
    context: CommandContext,
  ) => Promise<number>;
}): Command {
  return {
    ...definition,
    run: (argv, context) => {
      const { values, positionals } = parsed(argv, definition.options);
      return definition.run({ values: values as OptionValues<Options>, positionals }, context);
    },
  };
}

/** @throws UsageError for options that the command does not have */
function parsed(argv: readonly string[], options: OptionTable) {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple, short }]) => [
      name,
      { type, ...(multiple && { multiple, default: [] }), ...(short && { short }) },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: config });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

const COLUMN = 28;

/** An option's lines in `--help`. */
function optionLines([name, { value, help, short, multiple }]: [string, OptionFacts]): string {
  const flag = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  const note = multiple ? `${help} (repeatable)` : help;
  const [first = '', ...rest] = note.split('\n');
  const head = flag.length < COLUMN ? flag.padEnd(COLUMN) + first : `${flag}\n${' '.repeat(COLUMN)}${first}`;
  return [head, ...rest.map((line) => ' '.repeat(COLUMN) + line)].join('\n');
}

/** Text of `nearfield NAME --help`. */
export function commandHelp(
  name: string,
  { synopsis, summary, options, details, examples }: Command,
): string {
  const lines = Object.entries(options).map(optionLines);
  return [
    `nearfield ${name} ${synopsis}`.trimEnd(),
    `\n${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    ...(details ? [`\n${details}`] : []),
    ...(lines.length > 0 ? [`\nOptions:\n${lines.join('\n')}`] : []),
    ...(examples ? [`\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`] : []),
    '',
  ].join('\n');
}
