/** The command as a process: signals, pipes, and what it loads. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runVerb } from '../test/run-verb.ts';
import { COMMANDS } from './commands/index.ts';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const start = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=@nearfield/source', '--import', 'tsx', cli, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });

describe('the process', () => {
  it('ends with 130 when it is interrupted, without a word', async () => {
    const child = start('segment', '--count');
    // More than a pipe holds: once it is written, the command is reading, and waits for the end.
    await new Promise((resolve) => child.stdin.write('word '.repeat(400_000), resolve));
    const stderr = text(child.stderr);
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    expect((await exited)[0]).toBe(130);
    expect(await stderr).toBe('');
  });

  it('ends when its reader has read enough, without a word', async () => {
    const child = start('segment', '--jsonl');
    const stderr = text(child.stderr);
    const exited = once(child, 'exit');
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end('word '.repeat(400_000));
    expect((await exited)[0]).toBe(0);
    expect(await stderr).toBe('');
  });
});

describe('help', () => {
  it.each(Object.keys(COMMANDS))('%s explains itself, with examples', async (name) => {
    const { code, stdout, stderr } = await runVerb(name, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`nearfield ${name}`);
    expect(stdout).toMatch(/\nExamples:\n {2}\S/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('lists the commands, and says which one does not exist', async () => {
    const { code, stdout } = await runVerb('--help', []);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(`nearfield ${name}`);
    expect((await runVerb('--version', [])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const unknown = await runVerb('frobnicate', []);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^nearfield has no command 'frobnicate'\.\n/);
  });
});
