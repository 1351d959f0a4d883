import type { OptionTable } from '../command.ts';

/** Matches at most, where the command line does not say how many. */
export const TOP = 10;

/** Least cosine of a match, where the command line names neither. */
export const THRESHOLD = 0.3;

/** Characters of a passage: a text of code of this length is read whole by the embedded model. */
export const PASSAGE_LENGTH = 600;

/** When colours are used. */
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

export const GREP_OPTIONS = {
  top: { type: 'string', value: 'NUMBER', help: `matches at most (default ${TOP}; with -l, -L and -c all)` },
  'top-k': { type: 'string', value: 'NUMBER', help: 'the same' },
  threshold: {
    type: 'string',
    value: 'COSINE',
    help: `least similarity of a match (default ${THRESHOLD}; with --top none)`,
  },
  score: { type: 'boolean', help: 'print the similarity after the line' },
  passage: { type: 'boolean', short: 'p', help: 'print the whole passage, not its nearest line alone' },
  length: {
    type: 'string',
    value: 'NUMBER',
    help: `characters of a passage at most (default ${PASSAGE_LENGTH})`,
  },
  recursive: { type: 'boolean', short: 'r', help: 'search below directories: the default for directories' },
  'dereference-recursive': { type: 'boolean', short: 'R', help: 'the same, and follow links' },
  'line-number': { type: 'boolean', short: 'n', help: 'print line numbers' },
  'with-filename': { type: 'boolean', short: 'H', help: 'print file names: the default for several files' },
  'no-filename': { type: 'boolean', short: 'h', help: 'print no file names' },
  'files-with-matches': { type: 'boolean', short: 'l', help: 'print names of files with matches alone' },
  'files-without-match': { type: 'boolean', short: 'L', help: 'print names of files without matches alone' },
  count: { type: 'boolean', short: 'c', help: 'print the number of matches of each file alone' },
  'max-count': { type: 'string', short: 'm', value: 'NUMBER', help: 'matches of a file at most' },
  'after-context': { type: 'string', short: 'A', value: 'NUMBER', help: 'print lines after a match' },
  'before-context': { type: 'string', short: 'B', value: 'NUMBER', help: 'print lines before a match' },
  context: { type: 'string', short: 'C', value: 'NUMBER', help: 'print lines before and after a match' },
  include: { type: 'string', multiple: true, value: 'GLOB', help: 'search only files with such a name' },
  exclude: { type: 'string', multiple: true, value: 'GLOB', help: 'leave out files with such a name' },
  'exclude-dir': {
    type: 'string',
    multiple: true,
    value: 'GLOB',
    help: 'leave out directories with such a name',
  },
  hidden: { type: 'boolean', help: 'search hidden files and directories' },
  'no-ignore': { type: 'boolean', help: 'search what git ignores, and node_modules' },
  'ignore-case': { type: 'boolean', short: 'i', help: 'no effect: a meaning has no case' },
  quiet: { type: 'boolean', short: 'q', help: 'print nothing: the status says whether there is a match' },
  'no-messages': { type: 'boolean', short: 's', help: 'say nothing about files that cannot be read' },
  color: {
    type: 'string',
    value: 'WHEN',
    choices: COLOR_CHOICES,
    help: 'auto (default: on a terminal), always, never',
  },
  cache: {
    type: 'string',
    value: 'DIRECTORY|none',
    help: 'where vectors are kept for the next run (default:\nnode_modules/.cache/nearfield, else the user’s cache)',
  },
} as const satisfies OptionTable;
