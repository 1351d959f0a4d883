/** grep as it is used: files, its output to the letter, statuses and the cache; vectors come from hashed words. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedServer } from '../../test/hashed-server.ts';
import { type RunOptions, runVerb } from '../../test/run-verb.ts';
import { walk } from './walk.ts';

let server: Awaited<ReturnType<typeof hashedServer>>;
const folder = mkdtempSync(join(tmpdir(), 'nearfield-grep-'));
const at = (path: string): string => join(folder, path);

function put(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  }
}

/** Runs grep and leaves the folder's path out of what it prints. */
async function grep(args: readonly string[], options?: RunOptions) {
  const all = ['--server', server.url, ...(args.includes('--cache') ? [] : ['--cache', 'none']), ...args];
  const { code, stdout, stderr } = await runVerb('grep', all, options);
  const short = (text: string) => text.replaceAll(`${folder}/`, '');
  return { code, stdout: short(stdout), stderr: short(stderr) };
}

beforeAll(async () => {
  server = await hashedServer();
  put({
    'src/retry.ts': 'import x;\n\n// retry after a failed request\nfunction again() {\n  return 1;\n}\n',
    'src/bread.ts': '// bake fresh bread\nconst oven = 1;\n',
    'src/picture.bin': new Uint8Array([114, 101, 116, 114, 121, 0, 1]),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const QUERY = 'retry a failed request';

describe('nearfield grep', () => {
  it('prints the nearest line of each passage, the best first', async () => {
    expect(await grep([QUERY, at('src')])).toEqual({
      code: 0,
      stdout: 'src/retry.ts:// retry after a failed request\n',
      stderr: '',
    });
  });

  it.each([
    [['-n'], 'src/retry.ts:3:// retry after a failed request\n'],
    [['-nh'], '3:// retry after a failed request\n'],
    [['-l'], 'src/retry.ts\n'],
    [['-L'], 'src/bread.ts\n'],
    [['-c'], 'src/bread.ts:0\nsrc/retry.ts:1\n'],
    [['-q'], ''],
    [['-n', '-A1'], 'src/retry.ts:3:// retry after a failed request\nsrc/retry.ts-4-function again() {\n'],
    [['-n', '-B', '1'], 'src/retry.ts-2-\nsrc/retry.ts:3:// retry after a failed request\n'],
    [['-i', '-h'], '// retry after a failed request\n'],
  ])('%j', async (flags, expected) => {
    expect(await grep([...flags, QUERY, at('src')])).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('prints names for several files alone, and as it is told', async () => {
    const line = '// retry after a failed request\n';
    expect((await grep([QUERY, at('src/retry.ts')])).stdout).toBe(line);
    expect((await grep(['-H', QUERY, at('src/retry.ts')])).stdout).toBe(`src/retry.ts:${line}`);
    expect((await grep(['-c', QUERY, at('src/retry.ts')])).stdout).toBe('1\n');
  });

  it('separates groups, and prints whole passages', async () => {
    const { stdout } = await grep(['-n', '-C1', '--top', '2', QUERY, at('src')]);
    expect(stdout).toBe(
      'src/retry.ts-2-\nsrc/retry.ts:3:// retry after a failed request\nsrc/retry.ts-4-function again() {\n--\nsrc/bread.ts:1:// bake fresh bread\nsrc/bread.ts-2-const oven = 1;\n',
    );
    const whole = await grep(['-n', '-p', '--top', '1', 'bake bread', at('src')]);
    expect(whole.stdout).toBe('src/bread.ts:1:// bake fresh bread\nsrc/bread.ts:2:const oven = 1;\n');
  });

  it('prints scores and JSON', async () => {
    expect((await grep(['--score', QUERY, at('src')])).stdout).toMatch(/request {2}\[0\.\d{3}\]\n$/);
    const expected = {
      file: 'src/retry.ts',
      line: 3,
      start_line: 1,
      end_line: 6,
      text: expect.stringContaining('again'),
    };
    expect(JSON.parse((await grep(['--json', QUERY, at('src')])).stdout)).toMatchObject([expected]);
    expect(JSON.parse((await grep(['--jsonl', QUERY, at('src')])).stdout)).toMatchObject(expected);
  });

  it('uses colours on a terminal, and where it is told to', async () => {
    const colored = '\u001b[35msrc/retry.ts\u001b[39m\u001b[36m:\u001b[39m';
    const onTerminal = { terminal: { stdout: true } };
    expect((await grep([QUERY, at('src')], onTerminal)).stdout.startsWith(colored)).toBe(true);
    expect((await grep(['--color', 'always', QUERY, at('src')])).stdout.startsWith(colored)).toBe(true);
    const without = [
      await grep(['--color', 'never', QUERY, at('src')], onTerminal),
      await grep([QUERY, at('src')], { ...onTerminal, env: { NO_COLOR: '1' } }),
    ];
    for (const { stdout } of without) expect(stdout).not.toContain('\u001b');
  });

  it('puts lines of standard input in order, without their names and numbers', async () => {
    const input = 'a.ts:1:bake bread\nb.ts:22:retry the request\nretry: a note\n';
    const { code, stdout } = await grep(['--top', '2', 'retry request'], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'b.ts:22:retry the request\nretry: a note\n' });
  });

  it('ends with 1 where there is nothing, and 2 where there is trouble', async () => {
    expect(await grep(['zebra crossing', at('src')])).toEqual({ code: 1, stdout: '', stderr: '' });
    const missing = await grep([QUERY, at('src/retry.ts'), at('nowhere')]);
    expect(missing).toEqual({
      code: 2,
      stdout: 'src/retry.ts:// retry after a failed request\n'.replace('src/retry.ts:', ''),
      stderr: 'nearfield grep: nowhere: No such file or directory\n',
    });
    expect(await grep(['-s', QUERY, at('nowhere')])).toMatchObject({ code: 2, stderr: '' });
    expect(await grep(['-q', QUERY, at('src'), at('nowhere')])).toMatchObject({ code: 0 });
    expect(await grep([])).toMatchObject({ code: 2 });
    expect(await grep(['--threshold', 'high', QUERY, at('src')])).toMatchObject({ code: 2 });
    const gone = await runVerb('grep', [
      QUERY,
      at('src'),
      '--server',
      'http://127.0.0.1:9',
      '--cache',
      'none',
    ]);
    expect(gone.code).toBe(2);
  });

  it('computes again only what changed', async () => {
    const cached = ['--cache', at('cache'), QUERY, at('src')];
    await grep(cached);
    server.embedded.length = 0;
    expect((await grep(cached)).code).toBe(0);
    expect(server.embedded).toEqual([]);
    put({ 'src/new.ts': '// a new file\n' });
    await grep(cached);
    expect(server.embedded).toEqual(['// a new file']);
    rmSync(at('src/new.ts'));
  });

  it('says that vectors cannot be kept', async () => {
    const { code, stderr } = await grep(['--cache', at('src/bread.ts'), QUERY, at('src')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be kept in src\/bread\.ts.*--cache none/);
  });

  it('finds a line of a long text by its place, Windows line ends included', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `filler words number ${index}`);
    lines[321] = 'retry a failed request';
    put({ 'long.txt': lines.join('\r\n') });
    expect((await grep(['-n', '--top', '1', QUERY, at('long.txt')])).stdout).toBe(
      '322:retry a failed request\n',
    );
  });
});

describe('walk', () => {
  const problems: string[] = [];
  const found = async (paths: readonly string[], options: Partial<Parameters<typeof walk>[1]> = {}) => {
    const files: string[] = [];
    const onProblem = (path: string) => problems.push(path);
    for await (const path of walk(paths.map(at), { onProblem, ...options })) {
      files.push(path.slice(folder.length + 1));
    }
    return files;
  };

  beforeAll(() => {
    // The expected lists below are those of `git ls-files --others --exclude-standard`.
    mkdirSync(at('project/.git'), { recursive: true });
    put({
      'project/.gitignore': 'build/\n*.log\n!keep.log\n/only-here.txt\n',
      'project/a.ts': '',
      'project/a.log': '',
      'project/keep.log': '',
      'project/only-here.txt': '',
      'project/build/out.ts': '',
      'project/src/.gitignore': '!b.log\nsecret.ts\n',
      'project/src/b.log': '',
      'project/src/only-here.txt': '',
      'project/src/secret.ts': '',
      'project/src/deep/secret.ts': '',
      'project/src/deep/c.ts': '',
      'project/node_modules/x/index.ts': '',
      'project/.env': '',
    });
    symlinkSync(at('src'), at('project/linked'));
    symlinkSync(at('project'), at('project/src/loop'));
  });

  it('leaves out what git ignores, hidden files, node_modules and links', async () => {
    expect(await found(['project'])).toEqual([
      'project/a.ts',
      'project/keep.log',
      'project/src/b.log',
      'project/src/deep/c.ts',
      'project/src/only-here.txt',
    ]);
  });

  it('heeds the rules of folders above', async () => {
    expect(await found(['project/src/deep'])).toEqual(['project/src/deep/c.ts']);
    expect(await found(['project/src/deep/secret.ts'])).toEqual(['project/src/deep/secret.ts']);
  });

  it('searches what is asked for', async () => {
    const all = await found(['project'], { hidden: true, ignored: true });
    for (const path of ['project/.env', 'project/build/out.ts', 'project/node_modules/x/index.ts']) {
      expect(all).toContain(path);
    }
    expect(all.some((path) => path.includes('.git/'))).toBe(false);
    expect(await found(['project'], { include: ['*.ts'] })).toEqual([
      'project/a.ts',
      'project/src/deep/c.ts',
    ]);
    expect(await found(['project'], { exclude: ['*.{ts,txt}'] })).toEqual([
      'project/keep.log',
      'project/src/b.log',
    ]);
    expect(await found(['project'], { excludeFolders: ['de*'] })).not.toContain('project/src/deep/c.ts');
  });

  it('follows links once', async () => {
    const followed = await found(['project'], { followLinks: true });
    expect(followed).toContain('project/linked/retry.ts');
    expect(new Set(followed).size).toBe(followed.length);
    expect(followed.some((path) => path.includes('loop'))).toBe(false);
    expect(problems).toEqual([]);
  });
});
