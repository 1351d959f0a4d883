import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NodeModel } from '@nearfield/core/node';
import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import { embeddedModels } from './embedded.ts';
import { modelOption } from './engine.ts';

/** A model and, in words, where it comes from. */
export interface ServedModel {
  model: NodeModel;
  from: string;
  /** Whether its files are on this disk. */
  isHere: boolean;
}

const PATH_LIKE = /^(?:\.{0,2}[\\/]|~|[a-z]:[\\/]|file:)/i;

/**
 * Models of `--model` options, and the embedded ones that these do not replace.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a directory that is not there or has no model
 */
export function servedModels(options: readonly string[]): ServedModel[] {
  const named = options.map((option) => described(modelOption(option), option));
  const ids = new Set(named.map(({ model }) => model.id));
  const embedded = embeddedModels()
    .filter(({ id }) => !ids.has(id))
    .map((model): ServedModel => ({ model, from: `embedded, ${model.source}`, isHere: true }));
  return [...named, ...embedded];
}

function described(model: NodeModel, option: string): ServedModel {
  const source = String(model.source);
  const like = model.like === undefined ? '' : `, used like ${model.like}`;
  if (/^https?:/i.test(source)) return { model, from: source + like, isHere: false };
  const directory = resolve(source.replace(/^file:\/\//, ''));
  if (existsSync(join(directory, 'config.json'))) return { model, from: directory + like, isHere: true };
  const isHub = /^[\w.-]+\/[\w.-]+$/.test(source) && !PATH_LIKE.test(source) && !existsSync(directory);
  if (isHub) return { model, from: `the hub’s ${source}${like}`, isHere: false };
  const why = existsSync(directory)
    ? `The directory ${directory} has no config.json`
    : `There is no directory ${directory}`;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${why}, which --model ${shortened(option)} names. A model’s directory has config.json, tokenizer.json and onnx/model….onnx; a source can also be a URL or a hub id (owner/name).`,
    param: 'model',
  });
}
