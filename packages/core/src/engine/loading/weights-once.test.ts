/** A model of real size on the encoder: how often its bytes are read, and how many are in memory at a time. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WeightStage as Stage, type WeightStage } from '@nearfield/encoder';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { readModel, tensorBytes } from '@nearfield/onnx';
import { FoundationError } from '@nearfield/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { defineModel } from '../../models/index.ts';
import type { FileRecord } from '../../store/cache.ts';
import { FileSystemCache } from '../../store/file-system-cache.ts';
import { createModelStore } from '../../store/index.ts';
import type { ModelSource, StoredFile } from '../../store/types.ts';
import { Engine } from '../engine.ts';
import { encoderAlone } from '../runtime/encoder/encoder-alone.ts';
import type { GraphEncoder, Runtime } from '../runtime/runtime.ts';
import { TransientCheckMemory } from './check-memory.ts';
import { prepareGraph } from './graph.ts';

const MODEL = 'all-MiniLM-L6-v2';
const GRAPH = 'onnx/model_quantized.onnx';
const directory = temporaryDirectory('weights-once');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The model's files as a server has them; `opened` are the files and places that were asked for. */
function server(isReachable = true): { source: ModelSource; opened: string[] } {
  const opened: string[] = [];
  const source: ModelSource = {
    key: 'a server',
    local: false,
    async describe(paths) {
      if (!isReachable) throw new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'no network' });
      const found = await Promise.all(
        paths.map(async (path) => {
          const facts = await stat(join(miniLMDirectory(), path)).catch(() => undefined);
          return facts ? [[path, { path, size: facts.size }] as const] : [];
        }),
      );
      return new Map(found.flat());
    },
    async open(path, { offset }) {
      opened.push(`${path} from ${offset}`);
      if (!isReachable) throw new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'no network' });
      const stream = Readable.toWeb(createReadStream(join(miniLMDirectory(), path), { start: offset }));
      return { stream: stream as ReadableStream<Uint8Array<ArrayBuffer>>, offset };
    },
  };
  return { source, opened };
}

/** Counts what is read, and looks at the memory whenever something is. */
class WatchedCache extends FileSystemCache {
  readonly bytesRead = new Map<string, number>();
  look: () => void = () => {};

  #count(path: string, bytes: number): void {
    this.bytesRead.set(path, (this.bytesRead.get(path) ?? 0) + bytes);
  }

  override async readChunk(record: FileRecord, index: number) {
    this.look();
    const bytes = await super.readChunk(record, index);
    this.#count(record.path, bytes?.length ?? 0);
    this.look();
    return bytes;
  }

  override async readAll(record: FileRecord, spareBytes: number) {
    this.look();
    const bytes = await super.readAll(record, spareBytes);
    this.#count(record.path, bytes?.length ?? 0);
    this.look();
    return bytes;
  }
}

interface Start {
  readonly vector: Float32Array;
  readonly cache: WatchedCache;
  readonly opened: readonly string[];
  /** Most bytes held in buffers and in the encoder's memory, over those before. */
  readonly peak: number;
}

/** A first vector of a new engine over what is stored. */
async function start(isReachable = true): Promise<Start> {
  const cache = new WatchedCache(directory);
  const { source, opened } = server(isReachable);
  const general = encoderAlone(
    new FoundationError({ code: 'RUNTIME_NOT_AVAILABLE', message: 'nothing but the encoder is here' }),
  );
  let stage: WeightStage | undefined;
  const encoder = general.encoder as GraphEncoder;
  const runtime: Runtime = {
    ...general,
    encoder: {
      ...encoder,
      stage: async (bytes) => {
        stage = await encoder.stage(bytes);
        return stage;
      },
    },
  };
  const hub = (): never => {
    throw new Error('no network in tests');
  };
  const definition = { ...defineModel(MODEL, { like: MODEL, source, hub }), dtype: 'q8' as const };
  const engine = new Engine({
    runtime,
    store: createModelStore({ cache, channel: false, retry: { attempts: 1, baseDelay: 1 } }),
    checks: new TransientCheckMemory(),
    resolve: () => definition,
  });
  const held = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers + (stage?.bytes.length ?? 0);
  };
  const before = held();
  let peak = 0;
  cache.look = () => {
    peak = Math.max(peak, held() - before);
  };
  const { encoder: texts, tokenizer, info } = await engine.encoder(MODEL);
  cache.look();
  expect(info.runtime?.name).toBe('encoder');
  const [vector] = await texts
    .group({ dimensions: 384, normalized: true })
    .run([tokenizer.encode('What is the capital of France?', 64)]);
  cache.look = () => {};
  return { vector: vector!, cache, opened, peak };
}

/** The file with the stored bytes of the graph. */
async function storedGraph(): Promise<string> {
  const [folder] = await readdir(directory).then((names) => names.filter((name) => name.startsWith('all-')));
  const paths = (await readdir(join(directory, folder!)))
    .filter((name) => name.endsWith('.data'))
    .map((name) => join(directory, folder!, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths[sizes.indexOf(Math.max(...sizes))]!;
}

let cold: Start;
beforeAll(async () => {
  cold = await start();
}, 120_000);

describe('a warm start', () => {
  it('reads every byte of the model once, downloads nothing, and holds little more than the model', async () => {
    const warm = await start(false);
    const { size } = await stat(join(miniLMDirectory(), GRAPH));
    expect(warm.cache.bytesRead.get(GRAPH)).toBe(size);
    expect(warm.cache.bytesRead.get('tokenizer.json')).toBe(
      (await stat(join(miniLMDirectory(), 'tokenizer.json'))).size,
    );
    expect(warm.opened).toEqual([]);
    expect(warm.vector).toEqual(cold.vector);
    // The weights in their place, and two chunks on their way to it.
    expect(warm.peak).toBeGreaterThan(size);
    expect(warm.peak / size).toBeLessThan(1.6);
  });

  it('notices damage in the store, and fetches that part alone', async () => {
    const path = await storedGraph();
    const bytes = await readFile(path);
    const at = 9_000_000;
    bytes[at]! ^= 1;
    await writeFile(path, bytes);
    expect((await rejection(start(false))).code).toBe('INTEGRITY_MISMATCH');
    const mended = await start();
    const chunk = 4 * 1024 * 1024;
    expect(mended.opened).toEqual([`${GRAPH} from ${Math.floor(at / chunk) * chunk}`]);
    expect(mended.vector).toEqual(cold.vector);
    expect((await start(false)).vector).toEqual(cold.vector);
  });
});

it('a graph that the encoder refuses has its weights, in its memory, for another runtime', async () => {
  const whole = new Uint8Array(await readFile(join(miniLMDirectory(), GRAPH)));
  const file: StoredFile = {
    path: GRAPH,
    size: whole.length,
    fromCache: true,
    read: () => expect.fail('It is not read a second time'),
    text: () => expect.fail('It is no text'),
    async *pieces() {
      for (let at = 0; at < whole.length; at += 1_000_003) yield whole.slice(at, at + 1_000_003);
    },
  };
  const prepared = await prepareGraph(file, {
    tails: () => [],
    onlyRanks: false,
    inputs: new Set(['input_ids', 'attention_mask', 'token_type_ids']),
    weights: () => expect.fail('It has no other files'),
    batchInvariant: false,
    externalWeights: true,
    avoidSlowKernels: false,
    encoder: { read: () => ({ refused: 'a test' }), stage: (bytes) => Stage.open(bytes) },
  });
  expect(prepared.plan).toBeUndefined();
  const files = new Map(prepared.externalData.map(({ path, data }) => [path, data]));
  const given = readModel(prepared.bytes).initializers;
  const own = readModel(whole).initializers;
  expect([...given.keys()]).toEqual([...own.keys()]);
  for (const [name, tensor] of own) {
    const there = tensorBytes(prepared.bytes, given.get(name)!, files);
    expect(Buffer.compare(there, tensorBytes(whole, tensor)), name).toBe(0);
  }
});
