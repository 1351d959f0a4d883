import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { type QueryTable, readQueryTable } from '../meaning/safetensors.ts';

/**
 * Reads a query table from its folder: `config.json` (`name`, and the model that it is `like`), `vocab.txt` and
 * `NAME.safetensors`.
 *
 * @throws FoundationError RESOURCE_NOT_FOUND, or MODEL_INVALID for files that are no table.
 */
export async function readQueryTableFolder(folder: string): Promise<QueryTable> {
  const read = async (name: string): Promise<Buffer> => {
    try {
      return await readFile(join(folder, name));
    } catch (cause) {
      throw new FoundationError({
        code: 'RESOURCE_NOT_FOUND',
        message: `${join(folder, name)} cannot be read. A query table is a folder with config.json, vocab.txt and its .safetensors file.`,
        cause,
      });
    }
  };
  const config = JSON.parse((await read('config.json')).toString('utf8')) as { name: string; like: string };
  const [bytes, vocabulary] = await Promise.all([read(`${config.name}.safetensors`), read('vocab.txt')]);
  return readQueryTable(config, bytes, vocabulary.toString('utf8'));
}
