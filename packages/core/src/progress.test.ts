import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { expect, it, vi } from 'vitest';
import { createNodeFoundation } from './node.ts';

const MODEL = 'all-MiniLM-L6-v2';

it('a listener that throws breaks neither loading nor the call, its own or another', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'nearfield-progress-'));
  const foundation = createNodeFoundation({
    models: [{ id: MODEL, source: miniLMDirectory() }],
    dataDirectory,
    threads: 1,
  });
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const failure = new Error('a bug of the application');
  const types = new Set<string>();
  try {
    const onProgress = (event: { type: string }): never => {
      types.add(event.type);
      throw failure;
    };
    const [failing, other] = await Promise.all([
      foundation.embeddings({ model: MODEL, input: ['one', 'two'] }, { onProgress }),
      foundation.embeddings({ model: MODEL, input: ['one', 'two'] }),
    ]);
    expect(failing.data).toEqual(other.data);
    expect([...types].sort()).toEqual(['model-progress', 'model-state', 'work-progress']);
    expect(log.mock.calls.length).toBeGreaterThan(2);
    for (const [, error] of log.mock.calls) expect(error).toBe(failure);
  } finally {
    log.mockRestore();
    await foundation.close();
    await rm(dataDirectory, { recursive: true });
  }
});
