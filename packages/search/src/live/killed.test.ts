/** What is left of a live index when its process is killed, or its log ends anywhere. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingFoundation, MODEL, sampleDocuments } from '../../test/live.ts';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { FileStore } from './file-store.ts';
import { readFrames, writeFrame } from './frames.ts';
import { openLiveIndex } from './node.ts';
import type { Change } from './store.ts';

const directory = temporaryDirectory('killed');
const script = fileURLToPath(new URL('../../test/live-writer.ts', import.meta.url));

const writer = (first: number): ChildProcess =>
  spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions', '@nearfield/source', script, directory, String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );

/** Kills a writer after some documents. @returns the last number that it said was stored */
async function killedAfter(first: number, documents: number, delay: number): Promise<number> {
  const child = writer(first);
  const ended = once(child, 'exit');
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout! })) {
    last = Number(line);
    if (last === first + documents) setTimeout(() => child.kill('SIGKILL'), delay);
  }
  await ended;
  return last;
}

describe('a killed process', () => {
  it('leaves all that it said was stored, and no half of anything', async () => {
    let next = 0;
    const gone = new Set<string>();
    for (const [documents, delay] of [
      [3, 0],
      [11, 3],
      [25, 1],
    ] as const) {
      const last = await killedAfter(next, documents, delay);
      expect(last).toBeGreaterThanOrEqual(next + documents);
      for (let number = next; number <= last; number++) if (number % 5 === 4) gone.add(`d${number - 2}`);
      const index = await openLiveIndex({
        name: 'killed',
        directory,
        foundation: countingFoundation().foundation,
        model: MODEL,
      });
      await index.embedded();
      expect(index.problems).toEqual([]);
      expect(index.counts.pending).toBe(0);
      const ids = new Set(await index.ids());
      // The next step may have been done, in whole or in part, before it could be said.
      const uncertain = (last + 1) % 5 === 4 ? [last + 1, last - 1] : [last + 1];
      for (const number of uncertain) if (!ids.has(`d${number}`)) gone.add(`d${number}`);
      for (let number = 0; number <= last; number++) {
        expect([number, ids.has(`d${number}`)]).toEqual([number, !gone.has(`d${number}`)]);
      }
      for (const id of ids) expect(Number(id.slice(1))).toBeLessThanOrEqual(last + 1);
      const { results } = await index.search(`number${last}`, { meaning: false });
      expect(results[0]!.id).toBe(`d${last}`);
      next = last + 2;
      await index.close();
    }
  });
});

describe('a log', () => {
  const change = fc.record({
    key: fc.string({ unit: 'grapheme', maxLength: 12 }),
    value: fc.option(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
      { nil: undefined },
    ),
  });
  const writes = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 8 });

  it('that ends anywhere gives the writes that were finished before', () => {
    fc.assert(
      fc.property(writes, fc.nat(), (all: Change[][], at) => {
        const frames = all.map((changes, sequence) => writeFrame({ sequence, changes }, 3));
        const bytes = new Uint8Array(frames.flatMap((frame) => [...frame]));
        const end = at % (bytes.length + 1);
        const whole: number[] = [];
        let length = 0;
        for (const frame of frames) {
          if (length + frame.length > end) break;
          length += frame.length;
          whole.push(whole.length);
        }
        const found = readFrames(bytes.subarray(0, end), 3);
        expect(found.frames.map(({ sequence }) => sequence)).toEqual(whole);
        expect(found.frames.map(({ changes }) => changes)).toEqual(all.slice(0, whole.length));
        expect(found.end).toBe(length);
        expect(found.damaged).toEqual([]);
      }),
    );
  });

  it('with one wrong byte gives all other writes, and says where it is damaged', () => {
    fc.assert(
      fc.property(writes, fc.nat(), fc.integer({ min: 1, max: 255 }), (all: Change[][], at, flip) => {
        const frames = all.map((changes, sequence) => writeFrame({ sequence, changes }, 3));
        const bytes = new Uint8Array(frames.flatMap((frame) => [...frame]));
        const place = at % bytes.length;
        bytes[place]! ^= flip;
        let hit = 0;
        for (let start = 0; start + frames[hit]!.length <= place; hit++) start += frames[hit]!.length;
        const found = readFrames(bytes, 3);
        const rest = all.map((_, sequence) => sequence).filter((sequence) => sequence !== hit);
        expect(found.frames.map(({ sequence }) => sequence)).toEqual(rest);
        if (hit < all.length - 1) expect(found.damaged).toHaveLength(1);
      }),
    );
  });

  it('takes no frame of another log for its own', () => {
    const inner = writeFrame({ sequence: 1, changes: [] }, 8);
    const outer = writeFrame({ sequence: 2, changes: [{ key: 'k', value: inner }] }, 3);
    expect(readFrames(outer.subarray(0, outer.length - 1), 3).frames).toEqual([]);
    expect(readFrames(outer, 3).frames).toHaveLength(1);
  });
});

describe('an index whose log was cut', () => {
  it('opens with what was finished, and goes on', async () => {
    const index = await openLiveIndex({ name: 'whole', directory });
    const ends: number[] = [];
    const folder = join(directory, 'whole');
    const log = (await readdir(folder)).find((file) => file.startsWith('log-'))!;
    for (const document of sampleDocuments(12)) {
      await index.add(document);
      ends.push((await readFile(join(folder, log))).length);
    }
    await index.close();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: ends.at(-1)! }), async (end) => {
        const copy = join(directory, `cut ${end}`);
        await mkdir(copy, { recursive: true });
        await copyFile(join(folder, log), join(copy, log));
        await truncate(join(copy, log), end);
        await copyFile(join(folder, 'manifest.json'), join(copy, 'manifest.json'));
        // What a killed process may leave beside them.
        await writeFile(join(copy, 'log-left.bin'), 'half');
        await writeFile(join(copy, 'manifest.json.1.new'), '{');
        const store = await FileStore.open(copy);
        const ids: string[] = [];
        await store.read(0, async (changes) => {
          for (const { key } of changes) ids.push(key);
        });
        const finished = ends.filter((each) => each <= end).length;
        expect(ids).toEqual(Array.from({ length: finished }, (_, at) => `document/d${at}`));
        await store.write([{ key: 'next', value: Uint8Array.of(1) }]);
        await store.close();
        const again = await FileStore.open(copy);
        await again.read(0, async () => {});
        expect(await again.get('next')).toEqual(Uint8Array.of(1));
        expect(again.damage).toEqual([]);
        expect((await readdir(copy)).sort()).toEqual(['locks', log, 'manifest.json']);
        await again.close();
      }),
      { numRuns: 25 },
    );
  });
});
