import { Encoder, type EncoderText, OutOfEncoderMemory, readGraph } from '@nearfield/encoder';
import { tinyMiniLM, tinyV2English } from '@nearfield/model-tiny';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CrewOptions, EncoderCrew } from './encoder-crew.ts';
import { serveEncoders } from './encoder-helper.ts';
import type { FromHelper, Helper, ToHelper } from './helper-protocol.ts';

/** A helper of this process: messages are cloned and buffers transferred, as between workers. */
class ChannelHelper implements Helper {
  readonly #channel = new MessageChannel();
  readonly ended: Promise<string>;
  /** Messages that it was sent. */
  readonly sent: ToHelper[] = [];
  kill!: (why: string) => void;
  isEnded = false;

  constructor({ isSilent = false } = {}) {
    this.ended = new Promise((resolve) => {
      this.kill = (why) => {
        this.#channel.port1.close();
        resolve(why);
      };
    });
    const { port2 } = this.#channel;
    if (isSilent) return;
    serveEncoders({
      post: (message, transfer) => port2.postMessage(message, [...transfer]),
      listen: (listener) => {
        port2.onmessage = ({ data }) => listener(data);
      },
    });
  }

  post(message: ToHelper, transfer: readonly ArrayBuffer[] = []): void {
    this.sent.push(message);
    this.#channel.port1.postMessage(message, [...transfer]);
  }

  listen(listen: (message: FromHelper) => void): void {
    this.#channel.port1.onmessage = ({ data }) => listen(data);
  }

  end(): void {
    this.isEnded = true;
    this.#channel.port1.close();
  }

  count(type: ToHelper['type']): number {
    return this.sent.filter((message) => message.type === type).length;
  }
}

const helpers: ChannelHelper[] = [];
afterEach(() => {
  for (const helper of helpers.splice(0)) helper.end();
});

/** A crew whose idling ends when the test says so. */
function crewOf(changes: Partial<CrewOptions> = {}) {
  const idling: (() => void)[] = [];
  const crew = new EncoderCrew({
    start: () => {
      const helper = new ChannelHelper();
      helpers.push(helper);
      return helper;
    },
    workers: 3,
    reason: 'a test',
    memory: 1e9,
    later: (callback) => {
      idling.push(callback);
      return () => {
        idling.length = 0;
      };
    },
    ...changes,
  });
  return { crew, idling };
}

let encoder: Encoder;
let other: Encoder;
/** Texts of many lengths; long enough for pauses between layers. */
let texts: EncoderText[];
let alone: Float32Array[];

async function opened({ files }: Pick<ReturnType<typeof tinyMiniLM>, 'files'>): Promise<Encoder> {
  const { bytes } = files.find(({ path }) => path.endsWith('.onnx'))!;
  const reading = readGraph(bytes, 'last_hidden_state');
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows);
}

const HOW = { dimensions: 1e6, normalized: true };
const ofText = (text: EncoderText) => ({ texts: [text], ...HOW });
const bulk = { isBulk: true };

beforeAll(async () => {
  encoder = await opened(tinyMiniLM());
  other = await opened(tinyV2English('q8'));
  texts = Array.from({ length: 12 }, (_, at) => ({
    ids: Int32Array.from({ length: 1 + ((at * 37) % 120) }, (_each, token) => 5 + ((at + token * 3) % 20)),
  }));
  alone = [];
  for (const text of texts) alone.push((await encoder.encode([text], HOW))[0]!);
});

/** All texts, each a batch of its own. */
async function all(crew: EncoderCrew, model = crew.join(encoder)): Promise<Float32Array[]> {
  const found = await Promise.all(texts.map((text) => crew.encode(model, ofText(text), bulk)));
  return found.map(([vectors]) => vectors!);
}

describe('bulk work', () => {
  it.each([1, 2, 3, 5])('has the same bits with %i workers', async (workers) => {
    const { crew } = crewOf({ workers });
    const model = crew.join(encoder);
    expect(await all(crew, model)).toEqual(alone);
    // Helpers are started while others compute, and are there for the next call.
    expect(await all(crew, model)).toEqual(alone);
    expect(helpers).toHaveLength(workers - 1);
    for (const helper of helpers) {
      // Weights cross once.
      expect(helper.count('open')).toBe(1);
      expect(helper.count('encode')).toBeGreaterThan(0);
    }
    const apart = helpers.reduce((sum, helper) => sum + helper.count('encode'), 0);
    expect(apart).toBeLessThan(2 * texts.length);
    expect(crew.report).toEqual({ most: workers, running: workers, reason: 'a test' });
  });

  it('of several models is shared too; a model that is closed is closed everywhere', async () => {
    const { crew } = crewOf({ workers: 2 });
    const [model, second] = [crew.join(encoder), crew.join(other)];
    const expected: Float32Array[] = [];
    for (const text of texts) expected.push((await other.encode([text], HOW))[0]!);
    expect(await all(crew, model)).toEqual(alone);
    expect(await Promise.all([all(crew, second), all(crew, model)])).toEqual([expected, alone]);
    expect(helpers[0]!.count('open')).toBe(2);
    crew.leave(second);
    expect(helpers[0]!.sent.at(-1)).toMatchObject({ type: 'close', model: second.id });
    expect(await all(crew, model)).toEqual(alone);
  });
});

describe('helpers', () => {
  it('are not started for single queries, nor for one batch', async () => {
    const { crew } = crewOf();
    const model = crew.join(encoder);
    for (const text of texts) await crew.encode(model, ofText(text), { isBulk: false });
    await Promise.all(texts.slice(0, 3).map((text) => crew.encode(model, ofText(text), { isBulk: false })));
    expect(await crew.encode(model, { texts, ...HOW }, bulk)).toEqual(alone);
    expect(helpers).toHaveLength(0);
    expect(crew.report).toMatchObject({ most: 3, running: 1 });
  });

  it('are given back when nothing was computed for a while, and come again', async () => {
    const { crew, idling } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    await all(crew, model);
    await vi.waitFor(() => expect(idling).toHaveLength(1));
    idling[0]!();
    expect(helpers[0]!.isEnded).toBe(true);
    expect(crew.report.running).toBe(1);
    expect(await all(crew, model)).toEqual(alone);
    expect(helpers).toHaveLength(2);
  });

  it('that end have their work computed by others', async () => {
    const { crew } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    await all(crew, model);
    const again = all(crew, model);
    helpers[0]!.kill('it was ended');
    expect(await again).toEqual(alone);
    // It could be started once: it is again.
    expect(crew.report.most).toBe(2);
    expect(await all(crew, model)).toEqual(alone);
    expect(helpers.length).toBeGreaterThan(1);
  });

  it('that cannot be started leave the work to the engine, once', async () => {
    const { crew } = crewOf({
      start: () => {
        const helper = new ChannelHelper({ isSilent: true });
        helpers.push(helper);
        helper.kill('its script could not be loaded');
        return helper;
      },
    });
    const model = crew.join(encoder);
    expect(await all(crew, model)).toEqual(alone);
    expect(await all(crew, model)).toEqual(alone);
    expect(helpers).toHaveLength(1);
    expect(crew.report).toEqual({
      most: 1,
      running: 1,
      reason: 'another worker could not be started: its script could not be loaded',
    });
    expect(crew.capacity).toBe(1);
  });

  it('take no more copies than the memory allows', async () => {
    const { crew } = crewOf({ workers: 5, memory: encoder.bytes * 2.5 });
    const model = crew.join(encoder);
    await all(crew, model);
    expect(await all(crew, model)).toEqual(alone);
    expect(helpers).toHaveLength(2);
    // A second model takes the place of one that nobody uses.
    const second = crew.join(other);
    await all(crew, second);
    expect(helpers.some((helper) => helper.count('close') > 0)).toBe(true);
  });

  it('that run out of memory are given up, and their work is done', async () => {
    const { crew } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    const grow = vi.spyOn(Encoder, 'fromCopy').mockRejectedValue(new OutOfEncoderMemory('out of memory'));
    try {
      expect(await all(crew, model)).toEqual(alone);
      expect(await all(crew, model)).toEqual(alone);
    } finally {
      grow.mockRestore();
    }
    expect(crew.report).toEqual({
      most: 1,
      running: 1,
      reason: 'memory for another worker was not to be had',
    });
  });
});

describe('faults', () => {
  it('of one batch are its own', async () => {
    const { crew } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    await all(crew, model);
    const bad = { ids: [1_000_000] };
    const mixed = texts.slice(0, 8).flatMap((text) => [text, bad]);
    const results = await Promise.allSettled(mixed.map((text) => crew.encode(model, ofText(text), bulk)));
    results.forEach((result, at) => {
      if (at % 2 === 1) expect(result).toMatchObject({ status: 'rejected', reason: { message: /1000000/ } });
      else expect(result).toEqual({ status: 'fulfilled', value: [alone[at / 2]] });
    });
    expect(await all(crew, model)).toEqual(alone);
  });

  it('aborted work ends, wherever it is, and leaves the rest alone', async () => {
    const { crew } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    await all(crew, model);
    const controller = new AbortController();
    const { signal } = controller;
    const long = { texts: [texts.find(({ ids }) => ids.length > 100)!], ...HOW };
    const given = Array.from({ length: 12 }, () => crew.encode(model, long, { isBulk: true, signal }));
    const kept = all(crew, model);
    controller.abort(new Error('enough'));
    for (const result of await Promise.allSettled(given)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    }
    expect(await kept).toEqual(alone);
    await expect(crew.encode(model, long, { isBulk: true, signal })).rejects.toThrow('enough');
  });

  it('of memory end the helpers before they reach the caller', async () => {
    const { crew } = crewOf({ workers: 2 });
    const model = crew.join(encoder);
    await all(crew, model);
    const real = encoder.encode.bind(encoder);
    const once = vi.spyOn(encoder, 'encode').mockImplementationOnce(async () => {
      throw new OutOfEncoderMemory('out of memory');
    });
    try {
      expect(await crew.encode(model, ofText(texts[0]!), { isBulk: false })).toEqual([alone[0]]);
      expect(helpers[0]!.isEnded).toBe(true);
      expect(once).toHaveBeenCalledTimes(2);
    } finally {
      once.mockRestore();
    }
    expect(await real([texts[0]!], HOW)).toEqual([alone[0]]);
  });
});

it('an interactive text goes before bulk work that waits', async () => {
  const { crew } = crewOf({ workers: 1 });
  const model = crew.join(encoder);
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  const running = texts.map((text) => crew.encode(model, ofText(text), bulk).then(note('bulk')));
  running.push(crew.encode(model, ofText(texts[0]!), { isBulk: false }).then(note('interactive')));
  await Promise.all(running);
  // Behind the one that was being computed.
  expect(order.indexOf('interactive')).toBe(1);
});
