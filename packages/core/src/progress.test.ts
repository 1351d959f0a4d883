import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { tinyMiniLM } from '@nearfield/model-tiny';
import type { CallProgress } from '@nearfield/spec';
import { expect, it, vi } from 'vitest';
import { callingModules } from '../test/calling-modules.ts';
import { Hub } from '../test/hub.ts';
import { temporaryDirectory } from '../test/temporary-directory.ts';
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

const directory = temporaryDirectory('progress');

it('a download’s report enters one function of each part that it has to pass, and no other', async () => {
  const files = tinyMiniLM().files.map(({ path, bytes }) => [path, bytes] as const);
  const hub = await Hub.start({ repositories: { 'example/tiny': Object.fromEntries(files) } });
  const foundation = createNodeFoundation({
    models: [{ id: 'mine', like: MODEL, source: 'example/tiny' }],
    hub: { remoteHost: hub.url },
    dataDirectory: directory,
    threads: 1,
  });
  const ways = new Set<string>();
  const onProgress = (event: CallProgress): void => {
    const modules = callingModules();
    const download = modules.indexOf('core/src/store/download');
    if (event.type === 'model-progress' && download >= 0) ways.add(modules.slice(0, download).join(', '));
  };
  try {
    await foundation.load('mine', { onProgress });
  } finally {
    await foundation.close();
    await hub.close();
  }
  expect([...ways]).toEqual([
    [
      'spec/src/progress', // calls the listener, and holds back what it throws
      'core/src/node', // knows whose listener it is
      'core/src/async/shared-task', // to every call that waits for the model
      'core/src/store/progress', // gathers the files of a model, and limits the rate
      'core/src/async/shared-task', // to every part of the model that waits for the file
      'core/src/store/progress-channel', // to the other tabs and workers
    ].join(', '),
  ]);
});
