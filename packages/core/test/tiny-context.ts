import type { TinyFile } from '@nearfield/model-tiny';

/** A tiny model's files with a shorter context. */
export const withContext = (files: readonly TinyFile[], tokens: number): TinyFile[] =>
  files.map((file) => {
    if (file.path !== 'tokenizer_config.json') return file;
    const config = JSON.parse(new TextDecoder().decode(file.bytes)) as object;
    const text = JSON.stringify({ ...config, model_max_length: tokens });
    return { path: file.path, bytes: new TextEncoder().encode(text) };
  });
