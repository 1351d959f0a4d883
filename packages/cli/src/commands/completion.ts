import { defineCommand, UsageError } from '../command.ts';
import { completionScript, SHELLS } from '../completion/scripts.ts';

export const completion = defineCommand({
  synopsis: SHELLS.join('|'),
  summary: 'a script with which a shell completes commands and options',
  options: {},
  words: SHELLS,
  details: `bash: put "source <(nearfield completion bash)" into ~/.bashrc
zsh:  nearfield completion zsh > "\${fpath[1]}/_nearfield"
fish: nearfield completion fish > ~/.config/fish/completions/nearfield.fish`,
  examples: ['nearfield completion bash', 'source <(nearfield completion bash)'],
  async run({ positionals: [name, ...more] }, { stdout }) {
    const shell = SHELLS.find((each) => each === name);
    if (shell === undefined || more.length > 0) throw new UsageError(`Name one shell: ${SHELLS.join(', ')}.`);
    // The table has this command: it is read when it runs.
    const { COMMANDS } = await import('./index.ts');
    const verbs = await Promise.all(
      Object.entries(COMMANDS).map(async ([verb, load]) => [verb, await load()] as const),
    );
    stdout(completionScript(shell, Object.fromEntries(verbs)));
    return 0;
  },
});
