import { Worker } from 'node:worker_threads';
import {
  type TinyFile,
  tinyBertReranker,
  tinyCode,
  tinyColbertV1,
  tinyColbertV2,
  tinyMiniLM,
  tinyRerankerV1,
  tinyRerankerV2,
  tinyV2English,
  tinyV2German,
  tinyV3,
  tinyV5Nano,
  tinyV5Small,
} from '@nearfield/model-tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exported } from '../../test/graphs.ts';
import { openedInPieces } from '../../test/staged.ts';
import { Encoder, type EncoderText, readGraph, Team, ThreadLost } from '../index.ts';
import { compileKernels, kernelBytes, newMemory, VARIANTS } from '../kernels.ts';
import { adapted } from '../plan/operators/adapters.ts';
import { WORD } from './board.ts';

const HOW = { dimensions: Number.MAX_SAFE_INTEGER, normalized: true };

/** A thread with the TypeScript of this package. */
function startThread(): Worker {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const script = JSON.stringify(new URL('../../test/team-thread.ts', import.meta.url).href);
  return new Worker(`import(${loader}).then(({ register }) => { register(); return import(${script}); })`, {
    eval: true,
    execArgv: ['--conditions=@nearfield/source'],
  });
}

const threads: Worker[] = [];
beforeAll(() => {
  for (let at = 1; at < 5; at++) threads.push(startThread());
});
afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
});

/** A team of so many threads, which divides even the work of tiny models. */
function teamOf(size: number, options = {}): Team {
  const team = new Team(size, { smallestPiece: 1, isAlways: true, ...options });
  for (const thread of threads.slice(0, size - 1)) team.add((message) => thread.postMessage(message));
  return team;
}

function rowsOf(files: readonly TinyFile[], output: string) {
  const graph = files.find(({ path }) => path.endsWith('.onnx'))!;
  const beside = files
    .filter(({ path }) => path.endsWith('_data'))
    .map(({ path, bytes }) => [path.slice(path.lastIndexOf('/') + 1), bytes] as const);
  const reading = readGraph(graph.bytes, output, new Map(beside), adapted);
  if ('refused' in reading) throw new Error(reading.refused);
  return reading.rows;
}

/** Texts of many lengths: a tile's rest, more heads than threads, several blocks of rows. */
const texts: EncoderText[] = [1, 2, 3, 7, 12, 33, 50].map((length, at) => ({
  ids: Int32Array.from({ length }, (_, token) => 5 + ((at * 7 + token * 3) % 14)),
}));

/** Computes until so many threads have had pieces, and compares each time. */
async function compare(
  encoder: Encoder,
  team: Team,
  expected: readonly Float32Array[],
  threadsAtLeast = 2,
): Promise<void> {
  const before = team.shares;
  const busy = () => team.shares.filter((pieces, at) => pieces > before[at]!).length;
  while (busy() < threadsAtLeast) {
    expect(await encoder.encode(texts, HOW)).toEqual(expected);
    // Threads read their messages meanwhile.
    await new Promise(setImmediate);
  }
}

it('the same code takes a shared memory, in both variants that this engine has', async () => {
  for (const variant of Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]) {
    const [own, bytes] = [kernelBytes(variant), kernelBytes(variant, true)];
    expect(WebAssembly.validate(bytes)).toBe(WebAssembly.validate(own));
    expect(bytes.length).toBe(own.length + 3);
  }
  const module = await compileKernels(true);
  const instantiate = (memory: WebAssembly.Memory) => new WebAssembly.Instance(module, { env: { memory } });
  expect(() => instantiate(newMemory(16))).not.toThrow();
  expect(() => instantiate(newMemory())).toThrow(WebAssembly.LinkError);
});

describe.each([
  ['all-MiniLM-L6-v2', () => tinyMiniLM().files, 'last_hidden_state'],
  ['embeddings v2, English', () => tinyV2English('q8').files, 'last_hidden_state'],
  ['embeddings v2, German', () => tinyV2German().files, 'last_hidden_state'],
  ['embeddings v3', () => tinyV3().files, 'text_embeds'],
  ['embeddings v3, pooled', () => tinyV3('pooled').files, '13049'],
  ['embeddings v5, nano, q4', () => tinyV5Nano().files, 'last_hidden_state'],
  ['embeddings v5, small, pooled', () => tinyV5Small().files, 'sentence_embedding'],
  ['adapters of weights', () => [{ path: 'model.onnx', bytes: exported({ adapters: 'weights' }) }], 'states'],
  ['code', () => tinyCode().files, 'last_hidden_state'],
  ['reranker v1', () => tinyRerankerV1().files, 'logits'],
  ['reranker v2', () => tinyRerankerV2().files, 'logits'],
  ['a reranker with segments', () => tinyBertReranker().files, 'logits'],
  ['ColBERT v1', () => tinyColbertV1().files, 'contextual_embeddings'],
  ['ColBERT v2', () => tinyColbertV2().files, 'contextual_embeddings'],
] as const)('%s', (_, files, output) => {
  it('has the same bits with 1, 2, 3 and 5 threads, alone and in batches', async () => {
    const rows = rowsOf(files(), output);
    const alone = await Encoder.open(rows);
    const expected: Float32Array[] = [];
    for (const text of texts) expected.push((await alone.encode([text], HOW))[0]!);
    for (const size of [1, 2, 3, 5]) {
      const team = teamOf(size);
      const encoder = await Encoder.open(rows, { team });
      if (size > 1) await compare(encoder, team, expected);
      for (const [index, text] of texts.entries()) {
        expect(await encoder.encode([text], HOW)).toEqual([expected[index]]);
      }
      expect(await encoder.encode([...texts].reverse(), HOW)).toEqual([...expected].reverse());
    }
  });
});

it('divides products of 8 bits as those of 14', async () => {
  const rows = rowsOf(tinyBertReranker().files, 'logits');
  const alone = await Encoder.open(rows, { activationBits: 8 });
  const team = teamOf(3);
  const encoder = await Encoder.open(rows, { activationBits: 8, team });
  await compare(encoder, team, await alone.encode(texts, HOW));
});

it('computes with weights that arrived in the memory it shares', async () => {
  const bytes = tinyMiniLM().files.find(({ path }) => path.endsWith('.onnx'))!.bytes;
  const alone = await Encoder.open(rowsOf(tinyMiniLM().files, 'last_hidden_state'));
  const team = teamOf(3);
  const encoder = await openedInPieces(bytes, 'last_hidden_state', { smallest: 1, team });
  await compare(encoder, team, await alone.encode(texts, HOW));
});

describe('a team', () => {
  const rows = rowsOf(tinyMiniLM().files, 'last_hidden_state');
  let alone: Encoder;
  let expected: Float32Array[];
  beforeAll(async () => {
    alone = await Encoder.open(rows);
    expected = await alone.encode(texts, HOW);
  });

  it('serves several encoders, whose memories grow, and forgets those that are closed', async () => {
    const other = rowsOf(tinyV2English('q8').files, 'last_hidden_state');
    const team = teamOf(3);
    const [first, second] = [await Encoder.open(rows, { team }), await Encoder.open(other, { team })];
    const others = await (await Encoder.open(other)).encode(texts, HOW);
    await compare(first, team, expected);
    await compare(second, team, others);
    const { bytes } = first;
    const many = Array.from({ length: 60 }, () => texts).flat();
    const found = await first.encode(many, HOW);
    expect(first.bytes).toBeGreaterThan(bytes);
    found.forEach((vectors, at) => {
      expect(vectors).toEqual(expected[at % texts.length]);
    });
    second.close();
    await compare(first, team, expected);
    // A copy of it has a memory of its own.
    expect(await (await Encoder.fromCopy(first.copy())).encode(texts, HOW)).toEqual(expected);
  });

  it('divides work among all of its threads', async () => {
    const team = teamOf(5);
    await compare(await Encoder.open(rows, { team }), team, expected, 5);
  });

  it('goes on after a run that was ended between layers, and after bad input', async () => {
    const team = teamOf(3);
    const encoder = await Encoder.open(rows, { team });
    await compare(encoder, team, expected);
    const pause = async (): Promise<void> => {
      throw new DOMException('enough', 'AbortError');
    };
    await expect(encoder.encode(texts, { ...HOW, pause })).rejects.toThrow('enough');
    await expect(encoder.encode([{ ids: [1e6] }], HOW)).rejects.toThrow('no token 1000000');
    await compare(encoder, team, expected);
  });

  it('computes alone while threads do not come, and when they are taken out', async () => {
    const posted: string[] = [];
    const team = new Team(2, { smallestPiece: 1, isAlways: true });
    const leave = team.add(({ type }) => posted.push(type));
    const encoder = await Encoder.open(rows, { team });
    expect(await encoder.encode(texts, HOW)).toEqual(expected);
    expect(await encoder.encode(texts, HOW)).toEqual(expected);
    // It is called once, as long as it has not come.
    expect(posted).toEqual(['join', 'memory', 'work']);
    expect(() => team.add(() => {})).toThrow('2 threads already');
    leave();
    expect(team.size).toBe(1);
    expect(await encoder.encode(texts, HOW)).toEqual(expected);
  });

  it('gives up a thread that ends with a piece; a new encoder from its weights computes on', async () => {
    let board: SharedArrayBuffer | undefined;
    const team = new Team(2, { smallestPiece: 1, isAlways: true, lost: 20 });
    team.add((message) => {
      if (message.type === 'join') board = message.board;
    });
    const encoder = await Encoder.open(rows, { team });
    const words = new Int32Array(board!);
    // A thread that says it is there, takes the first piece and is never heard of again.
    Atomics.store(words, WORD.present, 2);
    const taking = new Worker(
      `const words = new Int32Array(require('node:worker_threads').workerData);
       Atomics.store(words, ${WORD.failed}, 0);
       require('node:worker_threads').parentPort.postMessage('ready');
       for (;;) {
         const next = Atomics.load(words, ${WORD.next});
         if (next !== Atomics.load(words, ${WORD.limit}) &&
           Atomics.compareExchange(words, ${WORD.next}, next, next + 1) === next) break;
       }`,
      { eval: true, workerData: board! },
    );
    await new Promise((resolve) => taking.once('message', resolve));
    let lost: unknown;
    while (!lost) {
      lost = await encoder.encode(texts, HOW).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(lost).toBeInstanceOf(ThreadLost);
    expect(team.size).toBe(1);
    await taking.terminate();
    const again = await Encoder.fromCopy(encoder.copy(), team);
    encoder.close();
    expect(await again.encode(texts, HOW)).toEqual(expected);
    // Other threads take its place.
    team.add((message) => threads[0]!.postMessage(message));
    await compare(again, team, expected);
  });
});
