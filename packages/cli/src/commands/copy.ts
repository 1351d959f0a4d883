import { choiceOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { COPIED_PARTS, copiedTable, copyFiles, DEFAULT_PARTS } from '../copy.ts';

export const copy = defineCommand({
  synopsis: 'DIRECTORY',
  summary: 'put the files that pages load, and installed models, into a folder of a site',
  options: {
    only: {
      type: 'string',
      value: 'PART',
      choices: COPIED_PARTS,
      help: `${COPIED_PARTS.join(', ')} (default: ${DEFAULT_PARTS.join(' and ')});\nsearch is <nearfield-search> for pages without a bundler`,
    },
  },
  examples: [
    'nearfield copy public/nearfield',
    'nearfield copy public/nearfield --only models',
    'nearfield copy public/search --only search',
  ],
  async run({ values, positionals: [folder, ...more] }, { stdout }) {
    if (folder === undefined || more.length > 0) throw new UsageError('Name one DIRECTORY.');
    const only = choiceOf('only', COPIED_PARTS, values.only);
    stdout(copiedTable(await copyFiles(folder, { parts: only === undefined ? DEFAULT_PARTS : [only] })));
    return 0;
  },
});
