import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Encoder, type EncoderText, readGraph } from '@nearfield/encoder';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { type CrewOptions, EncoderCrew } from '../engine/runtime/encoder/encoder-crew.ts';
import type { Helper } from '../engine/runtime/encoder/helper-protocol.ts';
import { chooseNodeThreads, startThread } from './node-threads.ts';

const directory = temporaryDirectory('threads');
const SCRIPT = new URL('../../test/mortal-thread.ts', import.meta.url);
const HOW = { dimensions: 1e6, normalized: true };
const bulk = { isBulk: true };

let rows: Parameters<typeof Encoder.open>[0];
let encoder: Encoder;
let texts: EncoderText[];
let alone: Float32Array[];

beforeAll(async () => {
  const { bytes } = tinyMiniLM().files.find(({ path }) => path.endsWith('.onnx'))!;
  const reading = readGraph(bytes, 'last_hidden_state');
  if ('refused' in reading) throw new Error(reading.refused);
  rows = reading.rows;
  encoder = await Encoder.open(rows);
  texts = Array.from({ length: 12 }, (_, at) => ({
    ids: Int32Array.from({ length: 1 + ((at * 37) % 120) }, (_each, token) => 5 + ((at + token * 3) % 20)),
  }));
  alone = [];
  for (const text of texts) alone.push((await encoder.encode([text], HOW))[0]!);
});

const crews: EncoderCrew[] = [];
afterEach(() => {
  for (const crew of crews.splice(0)) crew.dismiss();
});

/** A crew of threads, which never idles, and its helpers. */
function crewOf(workers: number, script = SCRIPT, changes: Partial<CrewOptions> = {}) {
  const helpers: Helper[] = [];
  const ready: Promise<void>[] = [];
  const start = (): Helper => {
    const helper = startThread(script);
    helpers.push(helper);
    ready.push(
      new Promise((resolve) => {
        helper.ended.then(() => resolve());
        const { listen } = helper;
        helper.listen = (listener) =>
          listen((message) => {
            listener(message);
            if (message.type === 'ready') resolve();
          });
      }),
    );
    return helper;
  };
  const crew = new EncoderCrew({
    start,
    workers,
    memory: 1e9,
    reason: 'a test',
    later: () => () => {},
    ...changes,
  });
  crews.push(crew);
  const model = crew.join(encoder);
  const all = async (): Promise<Float32Array[]> => {
    const work = texts.map((text) => crew.encode(model, { texts: [text], ...HOW }, bulk));
    return (await Promise.all(work)).map(([vector]) => vector!);
  };
  /** Computes until all threads listen. */
  const filled = async (): Promise<void> => {
    while (helpers.length < workers - 1) {
      expect(await all()).toEqual(alone);
      await Promise.all(ready);
    }
  };
  return { crew, all, filled, helpers };
}

it('computes the same bits in threads, and again when one has died with its work', async () => {
  const { crew, all, filled, helpers } = crewOf(3);
  await filled();
  const posted: string[] = [];
  for (const helper of helpers) {
    const { post } = helper;
    helper.post = (message, transfer) => {
      posted.push(message.type);
      post(message, transfer);
    };
  }
  expect(await all()).toEqual(alone);
  expect(posted.filter((type) => type === 'encode').length).toBeGreaterThan(0);
  expect(crew.report).toEqual({ most: 3, running: 3, reason: 'a test' });

  const again = all();
  helpers[0]!.post({ type: 'die' } as never);
  expect(await again).toEqual(alone);
  expect(await helpers[0]!.ended).toBe('it was ended');
  expect(crew.report).toMatchObject({ most: 3 });
  expect(await all()).toEqual(alone);
});

it('threads that share memory divide a text; one that dies is replaced, with the same bits', async () => {
  const { crew, all, helpers } = crewOf(2, SCRIPT, { sharesMemory: true });
  const team = crew.team!;
  const shared = crew.join(await Encoder.open(rows, { team }));
  const one = async (at: number): Promise<void> => {
    const work = { texts: [texts[at]!], ...HOW };
    expect(await crew.encode(shared, work, { isBulk: false })).toEqual([alone[at]]);
  };
  /** Computes text after text until the thread has had a part of one. */
  const divided = async (): Promise<void> => {
    for (let at = 0, before = team.shares[1]!; team.shares[1] === before; at++) await one(at % texts.length);
  };
  await divided();
  expect(crew.report).toEqual({ most: 2, running: 2, reason: 'a test', sharesMemory: true });
  helpers[0]!.post({ type: 'die' } as never);
  expect(await helpers[0]!.ended).toBe('it was ended');
  await one(5);
  await divided();
  expect(helpers).toHaveLength(2);
  // Whole texts are shared beside that.
  expect(await all()).toEqual(alone);
  crew.leave(shared);
});

it('without the script of a thread computes alone, and says why', async () => {
  const script = new URL('./nowhere/worker-encoder-thread.js', import.meta.url);
  const { start, workers, reason } = chooseNodeThreads(4, script);
  expect({ start, workers }).toEqual({ start: undefined, workers: 1 });
  expect(reason).toContain(`${fileURLToPath(script)}, is missing: copy it from dist/ of @nearfield/core`);
  // As it may be lost later.
  const { crew, all, filled } = crewOf(2, script);
  await filled();
  expect(await all()).toEqual(alone);
  expect(crew.report).toMatchObject({ most: 1, running: 1 });
  expect(crew.report.reason).toMatch(/^another worker could not be started: Cannot find module/);
});

it('uses the cores, at most eight, or as many threads as the option says', () => {
  const cores = availableParallelism();
  expect(chooseNodeThreads(undefined).workers).toBe(Math.min(cores, 8));
  expect(chooseNodeThreads(3)).toMatchObject({
    workers: 3,
    reason: 'asked for',
    start: expect.any(Function),
  });
  expect(chooseNodeThreads(1)).toMatchObject({ workers: 1, reason: 'asked for' });
  expect(chooseNodeThreads(0).workers).toBe(1);
});

it('a process ends by itself, once all is computed', async () => {
  const program = join(directory, 'program.mjs');
  // A thread that answers only when nothing else keeps the process alive.
  const thread = join(directory, 'thread.mjs');
  await writeFile(
    thread,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ run }) => setTimeout(() => parentPort.postMessage({ type: 'done', run, vectors: [] }), 50));
     parentPort.postMessage({ type: 'ready' });`,
  );
  const starter = new URL('./node-threads.ts', import.meta.url).href;
  await writeFile(
    program,
    `const { startThread } = await import(${JSON.stringify(starter)});
     const helper = startThread(new URL(${JSON.stringify(pathToFileURL(thread).href)}));
     helper.listen(({ type }) => {
       console.log(type);
       if (type === 'ready') helper.post({ type: 'encode', run: 1, model: 0, work: { texts: [], dimensions: 1, normalized: true } });
     });
     helper.post({ type: 'encode', run: 0, model: 0, work: { texts: [], dimensions: 1, normalized: true } });`,
  );
  const tsx = import.meta.resolve('tsx');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@nearfield/source',
    '--import',
    tsx,
    program,
  ]);
  expect(stdout.trim().split('\n')).toEqual(['ready', 'done', 'done']);
});
