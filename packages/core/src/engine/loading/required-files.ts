import { FoundationError } from '@nearfield/spec';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import { sideFiles } from './loader.ts';
import { usableGraphs } from './model-files.ts';

/** The parts that a model consists of: the towers of a CLIP model, otherwise one. */
function partsOf(definition: ModelDefinition): ModelPart[] {
  const { recipe } = definition;
  if (recipe.kind !== 'clip') return [definition.part({})];
  const parts = [definition.part({ tower: 'text' }), definition.part({ tower: 'image' })];
  // Without a text tower of its own, the model is its image tower.
  return parts[0]!.key === parts[1]!.key ? [parts[1]!] : parts;
}

/** Descriptions of the files that a part lacks; empty if it can be loaded from these files. */
function lackOf(
  definition: ModelDefinition,
  part: ModelPart,
  has: (path: string) => boolean,
  isImport: boolean,
): string[] {
  const lacking = sideFiles(definition, part)
    // An imported model must have its picture size in its own files.
    .filter(({ path, optional }) => !optional || (isImport && path === 'preprocessor_config.json'))
    .map(({ path }) => path)
    .filter((path) => !has(path));
  const graphs = usableGraphs(definition, part);
  const present = graphs.filter(({ path }) => has(path));
  const isWhole = present.some(({ path, externalData }) => !externalData || has(`${path}_data`));
  if (isWhole) return lacking;
  const halves = present.map(({ path }) => `${path}_data`);
  const names = halves.length > 0 ? halves : graphs.map(({ path }) => path);
  return [...lacking, names.length > 1 ? `one of ${names.join(', ')}` : (names[0] ?? 'a graph that works')];
}

/** Whether the model reads a file. */
function isOf(definition: ModelDefinition): (path: string) => boolean {
  const read = partsOf(definition).flatMap((part) => [
    ...sideFiles(definition, part).map(({ path }) => path),
    ...usableGraphs(definition, part).flatMap(({ path }) => [path, `${path}_data`]),
  ]);
  return (path) => read.includes(path);
}

/** Whether a model, or one of its towers, can be loaded from these files alone. */
export function isUsable(definition: ModelDefinition, paths: Iterable<string>): boolean {
  const known = new Set(paths);
  return partsOf(definition).some(
    (part) => lackOf(definition, part, (path) => known.has(path), false).length === 0,
  );
}

/**
 * Refuses files from which a model could not be loaded.
 * @param offered files to import
 * @param stored files of this model that are stored already and may be completed
 * @throws FoundationError INPUT_VALIDATION_FAILED naming the missing files.
 */
export function requireUsable(
  definition: ModelDefinition,
  offered: readonly string[],
  stored: readonly string[],
): void {
  const known = new Set([...offered, ...(offered.some(isOf(definition)) ? stored : [])]);
  const has = (path: string): boolean => known.has(path);
  const parts = partsOf(definition);
  // For a model with two towers one suffices, but a tower whose graph is included must be complete.
  const begun = parts.filter((part) => usableGraphs(definition, part).some(({ path }) => has(path)));
  const lacks = (begun.length > 0 ? begun : parts).map((part) => lackOf(definition, part, has, true));
  lacks.sort((one, other) => one.length - other.length);
  const least = begun.length > 0 ? [...new Set(lacks.flat())] : (lacks[0] ?? []);
  if (least.length === 0) return;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `These are not the files of ${definition.id}: ${least.join('; ')} ${least.length > 1 ? 'are' : 'is'} missing. Choose the model's whole folder, the one with config.json in it. Nothing was stored.`,
    param: 'files',
  });
}
