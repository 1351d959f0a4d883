import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLiveIndex } from './node.ts';

/** A disk so small that it can be filled; undefined where this process may not mount one. */
function smallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'nearfield-live-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
}

it('a full disk is said with its numbers, and nothing that was stored is lost', async ({ skip }) => {
  const directory = smallDisk() ?? skip('no disk can be mounted here');
  try {
    const index = await openLiveIndex({ name: 'full', directory });
    await index.add([
      { id: 'a', text: 'the first one' },
      { id: 'b', text: 'the second one' },
    ]);
    const { bavail, bsize } = statfsSync(directory);
    const ballast = join(directory, 'ballast');
    writeFileSync(ballast, new Uint8Array((bavail - 20) * bsize));
    const large = { id: 'c', text: 'too much '.repeat(40_000) };
    const full = {
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: expect.stringMatching(/live index.*free.*Remove/),
    };
    await expect(index.add(large)).rejects.toMatchObject(full);
    expect(await index.ids()).toEqual(['a', 'b']);
    expect((await index.search('second')).results[0]!.id).toBe('b');
    await index.add({ id: 'd', text: 'a small one still fits' });
    rmSync(ballast);
    await index.add(large);
    await index.close();
    const again = await openLiveIndex({ name: 'full', directory });
    expect(await again.ids()).toEqual(['a', 'b', 'd', 'c']);
    expect(again.problems).toEqual([]);
    await again.close();
  } finally {
    execFileSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  }
});
