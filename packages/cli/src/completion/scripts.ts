/** Completion scripts of shells, made of the table of verbs: a key press starts no process. */
import type { Command, OptionFacts } from '../command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The verbs and what they are. */
export type Verbs = Readonly<Record<string, Pick<Command, 'summary' | 'options' | 'words'>>>;

/** Values that a shell itself can complete. */
const isFolder = ({ value = '' }: OptionFacts): boolean => /DIRECTORY/.test(value);
const isFile = ({ value = '' }: OptionFacts): boolean => /FILE|SOURCE|MODEL/.test(value);

/** The first line of an option's help. */
const firstLine = (help: string): string => help.split('\n')[0]!;

/** A script that completes verbs, their options, and values of options. */
export function completionScript(shell: Shell, verbs: Verbs): string {
  switch (shell) {
    case 'bash':
      return bash(verbs);
    case 'zsh':
      return zsh(verbs);
    case 'fish':
      return fish(verbs);
  }
}

function bash(verbs: Verbs): string {
  const cases = Object.entries(verbs).map(([verb, { options, words: first }]) => {
    const all = Object.entries(options);
    const flags = all.flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])]);
    const values = all
      .filter(([, facts]) => facts.type === 'string')
      .map(([name, facts]) => {
        const words = [`--${name}`, ...(facts.short ? [`-${facts.short}`] : [])].join('|');
        const complete = facts.choices
          ? `compgen -W '${facts.choices.join(' ')}' -- "$word"`
          : isFolder(facts)
            ? 'compgen -d -- "$word"'
            : isFile(facts)
              ? 'compgen -f -- "$word"'
              : ':';
        return `        ${words}) COMPREPLY=($(${complete})); return ;;`;
      });
    return [
      `    ${verb})`,
      ...(values.length > 0 ? ['      case "$before" in', ...values, '      esac'] : []),
      ...(first ? [`      first='${first.join(' ')}'`] : []),
      `      flags='${[...flags, '--help'].join(' ')}' ;;`,
    ].join('\n');
  });
  return `# bash completion of nearfield: source <(nearfield completion bash)
_nearfield() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" flags='' first=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${Object.keys(verbs).join(' ')} --help' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$first" ]; then
    COMPREPLY=($(compgen -W "$first" -- "$word"))
    return
  fi
  COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _nearfield nearfield
`;
}

/** A text in single quotes, for zsh and fish. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "'\\''")}'`;

function zsh(verbs: Verbs): string {
  const escaped = (text: string): string => text.replace(/[[\]:]/g, '\\$&');
  const cases = Object.entries(verbs).map(([verb, { options, words }]) => {
    const specs = Object.entries(options).flatMap(([name, facts]) => {
      const action = facts.choices
        ? `(${facts.choices.join(' ')})`
        : isFolder(facts)
          ? '_files -/'
          : isFile(facts)
            ? '_files'
            : ' ';
      const value = facts.type === 'string' ? `:${escaped(facts.value ?? 'value')}:${action}` : '';
      const help = `[${escaped(firstLine(facts.help))}]`;
      const names = [`--${name}`, ...(facts.short ? [`-${facts.short}`] : [])];
      return names.map((flag) => quoted(`${facts.multiple ? '*' : ''}${flag}${help}${value}`));
    });
    const operands = [...(words ? [`'1:what:(${words.join(' ')})'`] : []), "'*:file:_files'"];
    return `    ${verb}) _arguments -s ${[...specs, "'--help[explain the command]'", ...operands].join(' ')} ;;`;
  });
  const list = Object.entries(verbs).map(([verb, { summary }]) => quoted(`${verb}:${escaped(summary)}`));
  return `#compdef nearfield
# zsh completion of nearfield: nearfield completion zsh > a folder of $fpath/_nearfield
_nearfield() {
  local -a verbs
  verbs=(${list.join(' ')})
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _nearfield ]; then _nearfield "$@"; else compdef _nearfield nearfield; fi
`;
}

function fish(verbs: Verbs): string {
  const lines = Object.entries(verbs).flatMap(([verb, { summary, options, words = [] }]) => [
    `complete -c nearfield -n __fish_use_subcommand -a ${verb} -d ${quoted(summary)}`,
    ...(words.length > 0
      ? [
          `complete -c nearfield -n ${quoted(`__fish_seen_subcommand_from ${verb}; and not __fish_seen_subcommand_from ${words.join(' ')}`)} -a ${quoted(words.join(' '))}`,
        ]
      : []),
    ...Object.entries(options).map(([name, facts]) => {
      const value =
        facts.type === 'boolean'
          ? ''
          : facts.choices
            ? ` -x -a ${quoted(facts.choices.join(' '))}`
            : isFolder(facts)
              ? " -x -a '(__fish_complete_directories)'"
              : isFile(facts)
                ? ' -r'
                : ' -x';
      const short = facts.short ? ` -s ${facts.short}` : '';
      const when = quoted(`__fish_seen_subcommand_from ${verb}`);
      return `complete -c nearfield -n ${when} -l ${name}${short}${value} -d ${quoted(firstLine(facts.help))}`;
    }),
  ]);
  return `# fish completion of nearfield: nearfield completion fish > ~/.config/fish/completions/nearfield.fish
complete -c nearfield -n __fish_use_subcommand -l help -d 'list the commands'
${lines.join('\n')}
`;
}
