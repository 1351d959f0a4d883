import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.ts';
import { createNodeFoundation, type NodeOptions } from './node.ts';
import { baseUrlSource } from './store/index.ts';

const directory = temporaryDirectory('sources');

const like = 'all-MiniLM-L6-v2';

async function loading(source: unknown, hub: NodeOptions['hub'] = {}): Promise<FoundationError> {
  const foundation = createNodeFoundation({
    dataDirectory: join(directory, 'data'),
    models: [{ id: 'mine', like, source: source as string }],
    hub,
  });
  try {
    await foundation.load('mine');
  } catch (error) {
    if (FoundationError.isInstance(error)) return error;
    throw error;
  } finally {
    await foundation.close();
  }
  throw new Error('It was loaded.');
}

describe('a source that is none', () => {
  it.each([
    'http://',
    'https://',
    'http:// a b',
    'https://[',
    'http://host:99999/',
    'ftp://host.example/model',
    'file:///no/such/model',
    'no-such-directory',
    'a/b/c',
    '',
    undefined,
    null,
    5,
    {},
    new URL('file://host.example/model'),
    new URL('data:text/plain,a'),
    'x'.repeat(100_000),
  ])('%s', async (source) => {
    const error = await loading(source);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'models' });
    expect(error.message.length).toBeLessThan(300);
  });

  it.each(['models/all-MiniLM-L6-v2', 'public/mine', 'dist/mine'])(
    "'%s', which is no folder here and never taken for a repository of the hub",
    async (source) => {
      const { code, message } = await loading(source);
      expect(code).toBe('INPUT_VALIDATION_FAILED');
      expect(message).toContain(`'./${source}'`);
    },
  );

  it.each([
    { remoteHost: 'http://' },
    { remoteHost: 'hub.example' },
    { remoteHost: '' },
    { mirrors: ['https://['] },
  ])('a hub: %j', async (hub) => {
    expect(await loading('owner/name', hub)).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'hub' });
  });

  it('a base URL by itself', () => {
    expect(() => baseUrlSource('http://')).toThrow(
      expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }),
    );
  });
});

describe('words in Node', () => {
  it('a web page that was saved in place of a file did not come from a server', async () => {
    const folder = join(directory, 'saved');
    await mkdir(folder);
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      await writeFile(join(folder, name), '<!doctype html><title>Sign in</title>');
    }
    await mkdir(join(folder, 'onnx'));
    await writeFile(join(folder, 'onnx', 'model_quantized.onnx'), '<!doctype html>');
    const { code, message, retryable } = await loading(folder);
    expect({ code, retryable }).toEqual({ code: 'DOWNLOAD_FAILED', retryable: false });
    expect(message).toMatch(/is a web page and not the file/);
    expect(message).not.toMatch(/answered|network/);
  });

  it('a server that cannot be reached has nothing to do with pages', async () => {
    const { code, message } = await loading('http://127.0.0.1:1/model/');
    expect(code).toBe('DOWNLOAD_FAILED');
    expect(message).not.toMatch(/CORS|page|browser/);
  });
});
