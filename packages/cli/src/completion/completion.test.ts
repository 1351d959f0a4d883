import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runVerb } from '../../test/run-verb.ts';
import { COMMANDS } from '../commands/index.ts';

/** What bash would offer for a line, its last word being completed. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await runVerb('completion', ['bash']);
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _nearfield; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', ask], { encoding: 'utf8' });
  return output.split('\n').filter((each) => each !== '');
}

describe('completion', () => {
  it('bash completes commands, their options and values', async () => {
    expect(await offered('nearfield', '')).toEqual([...Object.keys(COMMANDS), '--help']);
    expect(await offered('nearfield', 'em')).toEqual(['embed']);
    expect(await offered('nearfield', 'embed', '--dim')).toEqual(['--dimensions']);
    expect(await offered('nearfield', 'dedup', '--dim')).toEqual([]);
    expect(await offered('nearfield', 'grep', '--color', '')).toEqual(['auto', 'always', 'never']);
    expect(await offered('nearfield', 'segment', '--strategy', 's')).toEqual([
      'structure',
      'sentence',
      'semantic',
    ]);
    expect(await offered('nearfield', 'index', '--out', '/us')).toEqual(['/usr']);
    expect(await offered('nearfield', 'classifiers', 'im')).toEqual(['import']);
    expect(await offered('nearfield', 'classifiers', 'import', '/us')).toEqual(['/usr']);
    expect(await offered('nearfield', 'classifiers', '--databa')).toContain('--database');
    expect(await offered('nearfield', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it.each(['bash', 'zsh', 'fish'])('%s knows every command and option', async (shell) => {
    const { code, stdout } = await runVerb('completion', [shell]);
    expect(code).toBe(0);
    for (const [verb, load] of Object.entries(COMMANDS)) {
      expect(stdout).toContain(verb);
      for (const name of Object.keys((await load()).options)) {
        expect(stdout).toContain(shell === 'fish' ? `-l ${name}` : `--${name}`);
      }
    }
  });

  it('quotes what shells would read', async () => {
    const { stdout } = await runVerb('completion', ['zsh']);
    // Every quote is closed: outside of them no line has an odd one.
    for (const line of stdout.split('\n').filter((each) => !each.startsWith('#'))) {
      const quotes = line.replaceAll("'\\''", '').match(/'/g)?.length ?? 0;
      expect(quotes % 2).toBe(0);
    }
  });

  it('knows three shells', async () => {
    expect(await runVerb('completion', ['tcsh'])).toMatchObject({ code: 2, stdout: '' });
  });
});
