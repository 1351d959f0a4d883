import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import { pseudoRandomBytes } from '../../test/bytes.ts';
import { Hub, type HubOptions } from '../../test/hub.ts';
import { createModelStore, hubSource, IndexedDbCache } from './index.ts';

const MODEL = 'example/tiny-model';
const encode = (text: string) => new TextEncoder().encode(text);
const hubs: Hub[] = [];
let databases = 0;

async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const hub = await Hub.start({
    repositories: {
      [MODEL]: {
        'config.json': encode(JSON.stringify({ hidden_size: 8, note: 'x'.repeat(4000) })),
        'onnx/model.onnx': pseudoRandomBytes(1_000_000),
      },
    },
    ...options,
  });
  hubs.push(hub);
  return hub;
}

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

describe('createModelStore', () => {
  test('downloads once, then works without the network', async () => {
    const hub = await startHub();
    const cache = new IndexedDbCache(`test-${databases++}`);
    const source = hubSource(MODEL, { remoteHost: hub.url });
    const files = [
      { path: 'config.json' },
      { path: 'onnx/model.onnx' },
      { path: 'absent.json', optional: true },
    ];
    const first = await createModelStore({ cache, chunkBytes: 65536 }).open(MODEL, source, files);
    expect([...first.keys()]).toEqual(['config.json', 'onnx/model.onnx']);
    expect(await first.get('onnx/model.onnx')!.read()).toEqual(hub.repositories[MODEL]!['onnx/model.onnx']);
    await hub.offline();
    const second = await createModelStore({ cache }).open(MODEL, source, files);
    expect(JSON.parse(await second.get('config.json')!.text())).toMatchObject({ hidden_size: 8 });
    expect(second.get('onnx/model.onnx')!.fromCache).toBe(true);
    const read = await second.get('onnx/model.onnx')!.read({ spareBytes: 10 });
    expect(read.length).toBe(1_000_010);
    expect(read.subarray(0, 1_000_000)).toEqual(hub.repositories[MODEL]!['onnx/model.onnx']);
  });
});
