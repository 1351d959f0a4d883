import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { pseudoRandomBytes } from '../../test/bytes.ts';
import { Hub, type HubOptions } from '../../test/hub.ts';
import { baseUrlSource } from './base-url-source.ts';

const MODEL = 'example/tiny-model';
const WEIGHTS = pseudoRandomBytes(50_000);
const closing: (() => unknown)[] = [];

async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const hub = await Hub.start({
    repositories: { [MODEL]: { 'config.json': new Uint8Array(5000).fill(32), 'onnx/model.onnx': WEIGHTS } },
    ...options,
  });
  closing.push(() => hub.close());
  return hub;
}

/** A server that answers every path with its start page, as development servers do. */
async function startPageServer(): Promise<string> {
  const server: Server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/x/`;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('baseUrlSource', () => {
  test('takes sizes and hashes from the manifest beside the files', async () => {
    const hub = await startHub({ listing: 'manifest' });
    const source = baseUrlSource(hub.baseUrl(MODEL));
    const described = await source.describe(['config.json', 'onnx/model.onnx', 'absent.json']);
    expect([...described.values()].map(({ path, size }) => [path, size])).toEqual([
      ['config.json', 5000],
      ['onnx/model.onnx', 50_000],
    ]);
    expect(described.get('onnx/model.onnx')!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(hub.requests.map(({ path }) => path)).toEqual(['manifest.json']);
  });

  test('asks for one byte of each file where there is no manifest', async () => {
    const hub = await startHub({ listing: 'none' });
    const described = await baseUrlSource(hub.baseUrl(MODEL)).describe([
      'config.json',
      'onnx/model.onnx',
      'none.json',
    ]);
    // The true sizes, although config.json would come compressed.
    expect([...described.values()].map(({ path, size }) => [path, size])).toEqual([
      ['config.json', 5000],
      ['onnx/model.onnx', 50_000],
    ]);
    expect(hub.bytesSent()).toBe(2);
  });

  test('takes an empty file for what it is', async () => {
    const hub = await startHub({
      listing: 'none',
      repositories: { [MODEL]: { 'empty.txt': new Uint8Array() } },
    });
    const source = baseUrlSource(hub.baseUrl(MODEL));
    expect((await source.describe(['empty.txt'])).get('empty.txt')!.size).toBe(0);
    const { stream } = await source.open('empty.txt', { offset: 0 });
    expect((await new Response(stream).arrayBuffer()).byteLength).toBe(0);
  });

  test('takes a start page for an absent file, and for an error when it is asked to open one', async () => {
    const source = baseUrlSource(await startPageServer());
    expect(await source.describe(['config.json', 'onnx/model.onnx'])).toEqual(new Map());
    await expect(source.open('onnx/model.onnx', { offset: 0 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('web page instead of onnx/model.onnx'),
    });
  });

  test('adds the slash and leaves out query and fragment', () => {
    expect(baseUrlSource('https://host.example/models/a?x=1#y').key).toBe('https://host.example/models/a/');
  });
});
