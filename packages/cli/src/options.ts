import type { OptionTable } from './command.ts';

const DATA_DIRECTORY = {
  type: 'string',
  value: 'DIRECTORY',
  help: 'directory of models, classifiers and batches',
} as const;

/** Options of commands that run the engine. */
export const ENGINE_OPTIONS = {
  model: {
    type: 'string',
    multiple: true,
    value: 'ID=SOURCE',
    help: 'a model from a directory, a URL or a hub id;\nID=LIKE:SOURCE is used like the catalogue’s model LIKE',
  },
  'data-dir': DATA_DIRECTORY,
} as const satisfies OptionTable;

const SERVER_OPTIONS = {
  remote: { type: 'boolean', help: 'compute at api.jina.ai, with the key in JINA_API_KEY' },
  server: { type: 'string', value: 'URL', help: 'compute at this server, with the same key if it is set' },
  'api-key': { type: 'string', value: 'KEY', help: 'the key, instead of JINA_API_KEY' },
  local: { type: 'boolean', help: 'compute on this machine: the default' },
} as const satisfies OptionTable;

/** Options of commands that call models here or at a server, and name the model in another way. */
export const MODEL_OPTIONS = { ...ENGINE_OPTIONS, ...SERVER_OPTIONS } as const satisfies OptionTable;

/** Options of commands that work with one model, here or at a server. */
export const MODEL_CHOICE_OPTIONS = {
  model: {
    type: 'string',
    value: 'MODEL',
    help: 'a catalogue or hub id, a directory with a model,\nor ID=SOURCE',
  },
  'data-dir': DATA_DIRECTORY,
  ...SERVER_OPTIONS,
} as const satisfies OptionTable;

/** Options of servers: who may call, and where. */
export const ACCESS_OPTIONS = {
  host: { type: 'string', value: 'HOST', help: 'default 127.0.0.1: this machine only' },
  'api-key': {
    type: 'string',
    multiple: true,
    value: 'KEY',
    help: 'require this key; or the environment variable\nNEARFIELD_API_KEYS',
  },
  cors: {
    type: 'string',
    multiple: true,
    value: 'ORIGIN',
    help: 'let pages of this origin call, * for all',
  },
  'allow-host': {
    type: 'string',
    multiple: true,
    value: 'HOST',
    help: 'answer under this name too, * for any; default\nwithout a key: only names and addresses of this machine',
  },
} as const satisfies OptionTable;
