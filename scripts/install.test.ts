import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repository } from '../tooling/process.mjs';
import { install, installFingerprint, pinnedPnpm } from './install.mjs';

let root: string;
let calls: { specifier: string; args: string[]; options: { env?: NodeJS.ProcessEnv; cwd?: string } }[];
let exitCode: number;

/** Stands where npx would: makes the folder that a real installation makes. */
const runPnpm = async (specifier: string, args: string[], options: object): Promise<number> => {
  calls.push({ specifier, args, options });
  if (exitCode === 0) {
    await mkdir(join(root, 'packages/a/node_modules/left'), { recursive: true });
    await writeFile(join(root, 'packages/a/node_modules/left/package.json'), '{}');
  }
  return exitCode;
};

const writeManifest = (path: string, manifest: object): Promise<void> =>
  writeFile(join(root, path, 'package.json'), JSON.stringify(manifest));

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  calls = [];
  exitCode = 0;
  root = await mkdtemp(join(tmpdir(), 'nearfield-install-'));
  await mkdir(join(root, 'packages/a'), { recursive: true });
  await writeManifest('.', { packageManager: 'pnpm@1.2.3+sha512.abc' });
  await writeManifest('packages/a', { name: 'a', dependencies: { left: '1.0.0' } });
  await writeFile(join(root, 'pnpm-lock.yaml'), 'first');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

test('installs what the lockfile says with the pinned pnpm, once', async () => {
  expect(await install({ root, runPnpm })).toBe(true);
  expect(await install({ root, runPnpm })).toBe(false);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    specifier: 'pnpm@1.2.3',
    args: ['install', '--frozen-lockfile'],
    options: { cwd: root, env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } },
  });
});

test('installs again when the lockfile or a dependency changed, not when anything else did', async () => {
  await install({ root, runPnpm });
  await writeManifest('packages/a', { name: 'a', description: 'new', dependencies: { left: '1.0.0' } });
  expect(await install({ root, runPnpm })).toBe(false);
  await writeManifest('packages/a', { name: 'a', dependencies: { left: '1.0.1' } });
  expect(await install({ root, runPnpm })).toBe(true);
  await writeFile(join(root, 'pnpm-lock.yaml'), 'second');
  expect(await install({ root, runPnpm })).toBe(true);
  expect(await install({ root, runPnpm })).toBe(false);
});

test('installs again when a folder of installed packages was deleted', async () => {
  await install({ root, runPnpm });
  await rm(join(root, 'packages/a/node_modules'), { recursive: true });
  expect(await install({ root, runPnpm })).toBe(true);
});

test('a failed installation says what to do and is tried again', async () => {
  exitCode = 7;
  await expect(install({ root, runPnpm })).rejects.toThrow(/pnpm@1\.2\.3 ended with code 7[\s\S]*registry/);
  exitCode = 0;
  expect(await install({ root, runPnpm })).toBe(true);
});

test('the fingerprint tells platforms apart', () => {
  expect(installFingerprint(root, 'linux-x64-115')).not.toBe(installFingerprint(root, 'darwin-arm64-115'));
});

test('this repository pins one pnpm version, and the pin must be a version', async () => {
  expect(pinnedPnpm()).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
  await writeManifest('.', { packageManager: 'pnpm@latest' });
  expect(() => pinnedPnpm(root)).toThrow(/packageManager/);
});

test('an old Node and an unknown task are refused with a plain message', () => {
  const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.18.3"})';
  const start = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: repository, encoding: 'utf8' });
  const old = start('--import', pretend, 'scripts/start.mjs', 'demo');
  expect(old.status).toBe(1);
  expect(old.stderr).toMatch(/needs Node 20\.19 or newer/);
  const unknown = start('scripts/start.mjs', 'dance');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/Unknown task "dance".*api, bench, build, check, demo,.*\btest\b/);
});

test('npm scripts name tasks that exist', async () => {
  const { scripts } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [name, command] of Object.entries(scripts)) {
    const task = /^node scripts\/start\.mjs (\w+)$/.exec(command)?.[1];
    if (task === undefined) continue;
    expect(task).toBe(name);
    expect(existsSync(join(repository, `scripts/tasks/${task}.ts`)), name).toBe(true);
  }
});
