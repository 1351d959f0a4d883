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
