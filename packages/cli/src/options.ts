import { FoundationError } from '@nearfield/spec';
import type { OptionTable } from './command.ts';

/** Options of commands that run the engine. */
export const ENGINE_OPTIONS = {
  model: {
    type: 'string',
    multiple: true,
    value: 'ID=SOURCE',
    help: 'a model from a directory, a URL or a hub id;\nID=LIKE:SOURCE is used like the catalogue’s model LIKE',
  },
  'data-dir': {
    type: 'string',
    value: 'DIRECTORY',
    help: 'directory of models, classifiers and batches',
  },
} as const satisfies OptionTable;

/** An option that is a number. @throws FoundationError INPUT_VALIDATION_FAILED for a text that is none */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `--${option} takes a whole number; it is '${text}'.`,
    param: option,
  });
}
