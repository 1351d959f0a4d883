import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseTask, portNumber, UsageError } from '../tooling/arguments.ts';
import { repository } from '../tooling/process.mjs';
import { startTask } from './testing/start-task.ts';

const STACK = /\n\s+at \S|node:internal/;

const tasks = readdirSync(`${repository}/scripts/tasks`).map((name) => name.replace('.ts', ''));

describe.concurrent.each(tasks)('npm run %s', (task) => {
  it('says with --help what it takes', async () => {
    const { code, stdout, stderr } = await startTask(task, '--help');
    expect(stderr).not.toMatch(STACK);
    expect(stdout).toMatch(/--\w+/);
    expect(code).toBe(0);
  });

  it('says so in a line, and what there is, where an option is not known', async () => {
    const { code, stderr } = await startTask(task, '--no-such-option');
    expect(stderr).toMatch(/^(nearfield \w+: )?Unknown option '--no-such-option'/);
    expect(stderr).toMatch(/Options:|COMMAND --help explains a command/);
    expect(stderr).not.toMatch(STACK);
    expect(code).toBe(2);
  });
});

describe('npm run demo', () => {
  let server: ReturnType<typeof createServer> | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  it('says in a line that the port which was asked for is taken', async () => {
    server = createServer();
    await new Promise<void>((resolve) => server!.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await startTask('demo', '--port', String(port));
    expect(stderr.trim()).toBe(
      `Port ${port} is taken. Name another one, or leave --port out to get one that is free.`,
    );
    expect(code).toBe(1);
  });
});

it.concurrent.each([
  ['demo', '--port', '70000'],
  ['build', '--base', '/foo'],
  ['test', '--only', 'everything'],
  ['bench', '--device', 'tpu'],
  ['verify-models', '--from', './here'],
])('%s %s %s is refused in words', async (...args) => {
  const { code, stderr } = await startTask(...args);
  expect(stderr).toMatch(/^.+\n\nnpm (run|test)/);
  expect(stderr).not.toMatch(STACK);
  expect(code).toBe(2);
});

it('start.mjs says which tasks there are', async () => {
  expect(await startTask('--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('verify-models'),
  });
  expect(await startTask()).toMatchObject({ code: 2, stderr: expect.stringContaining('verify-models') });
  expect(await startTask('nonsense')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Unknown task/),
  });
});

it('reads options, and gives a reason of one line', () => {
  const config = { options: { port: { type: 'string' } } } as const;
  expect(parseTask(config, ['--port', '1'])).toMatchObject({ help: false, values: { port: '1' } });
  expect(parseTask(config, ['-h']).help).toBe(true);
  for (const args of [['--port'], ['--prot', '1'], ['word']]) {
    expect(() => parseTask(config, args)).toThrow(UsageError);
    expect(() => parseTask(config, args)).toThrow(/^[^\n]+$/);
  }
  expect(portNumber('65535')).toBe(65535);
  for (const text of ['abc', '0', '70000', '-1', '', '8080x']) {
    expect(() => portNumber(text)).toThrow(/^--port takes a number from 1 to 65535/);
  }
});
