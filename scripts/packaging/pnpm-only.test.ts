import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishablePackages } from './packages.ts';

const script = fileURLToPath(new URL('pnpm-only.mjs', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-prepack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the script as a package manager does, in a package's folder. */
const packBy = (agent: string): Promise<unknown> =>
  promisify(execFile)(process.execPath, [script], {
    cwd: folder,
    env: { ...process.env, npm_config_user_agent: agent },
  });

test('npm is refused with the reason and what to run instead', async () => {
  await mkdir(join(folder, 'dist'));
  await expect(packBy('npm/11.0.0 node/v24.0.0 linux x64')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /packed and published with pnpm[\s\S]*"workspace:\*"[\s\S]*npx pnpm publish/,
    ),
  });
});

test('pnpm may pack what is built', async () => {
  await expect(packBy('pnpm/12.21.0')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('npm run build'),
  });
  await mkdir(join(folder, 'dist'));
  await packBy('pnpm/12.21.0');
});

test('every package that is published runs it before it is packed', async () => {
  for (const { manifest } of await publishablePackages()) {
    expect(manifest, manifest.name).toMatchObject({
      scripts: { prepack: expect.stringMatching(/scripts\/packaging\/pnpm-only\.mjs$/) },
    });
  }
});
