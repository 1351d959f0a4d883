import { writeFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type ClassifierSummary, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { classifierIn } from '../classifiers/files.ts';
import { type CommandContext, defineCommand, UsageError } from '../command.ts';
import { DATABASE_OPTIONS, databaseOf } from '../database.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { oneLine, printJson } from '../output.ts';
import { bytesOf } from '../records.ts';

const ACTIONS = ['list', 'import', 'export', 'remove'] as const;
type Action = (typeof ACTIONS)[number];

/** Characters of the column of labels. */
const LABELS = 60;

interface Values {
  readonly id?: string | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}

export const classifiers = defineCommand({
  synopsis: '[list | import FILE … | export ID | remove ID …]',
  summary: 'the trained classifiers that /v1/classify answers with',
  words: ACTIONS,
  options: {
    id: {
      type: 'string',
      value: 'ID',
      help: 'import: ask for the classifier by this id, in\nplace of its own',
    },
    out: { type: 'string', value: 'FILE', help: 'export: write to FILE instead of standard output' },
    json: { type: 'boolean', help: 'list, import: the answer as JSON, in the API’s shape' },
    ...MODEL_OPTIONS,
    ...DATABASE_OPTIONS,
  },
  details: `FILE is a classifier that was exported (by this command, classifiers.export() or the page Teach), or a
project of the page Teach; - for standard input. One of the same id is replaced.
A nearfield serve with the same --data-dir or --database answers with what is imported at once.
At --server and --remote, list and remove work; classifiers are trained there, with nearfield api train.`,
  examples: [
    'nearfield classifiers',
    'nearfield classifiers import support-tickets.teach.json --id tickets',
    'nearfield classify "Where is my parcel?" --classifier tickets',
    'nearfield classifiers export tickets --out tickets.json',
    'nearfield classifiers remove tickets',
  ],
  async run({ values, positionals: [action = 'list', ...operands] }, context) {
    if (!isAction(action)) {
      throw new UsageError(`classifiers takes ${ACTIONS.join(', ')}, not '${action}'.`);
    }
    requireOperands(action, operands, values);
    const database = databaseOf(values, context.env);
    const foundation = await foundationOf({ ...values, database }, context.env);
    try {
      await RUN[action](foundation, operands, values, context);
      return 0;
    } finally {
      await foundation.close();
    }
  },
});

const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);

/** @throws UsageError */
function requireOperands(action: Action, operands: readonly string[], { id, out }: Values): void {
  const { length } = operands;
  if (action === 'list' && length > 0) throw new UsageError(`list takes no argument '${operands[0]}'.`);
  if (action === 'import' && length === 0)
    throw new UsageError('Name a FILE to import, or - for standard input.');
  if (action === 'export' && length !== 1) throw new UsageError('Name the ID of one classifier to export.');
  if (action === 'remove' && length === 0) throw new UsageError('Name the ID of a classifier to remove.');
  if (id !== undefined && (action !== 'import' || length > 1))
    throw new UsageError('--id belongs to import of one FILE.');
  if (out !== undefined && action !== 'export') throw new UsageError('--out belongs to export.');
}

type Run = (
  foundation: SearchFoundation,
  operands: readonly string[],
  values: Values,
  context: CommandContext,
) => Promise<void>;

const RUN: Readonly<Record<Action, Run>> = {
  async list(foundation, _, { json }, context) {
    const all = await foundation.classifiers.list();
    if (json) printJson(all, context);
    else if (all.length > 0) context.stdout(all.map(lineOf).join(''));
    else context.stderr('There are none. Import one, or train one: nearfield api train.\n');
  },

  async import({ classifiers: { import: keep } }, files, { id, json }, context) {
    if (!keep) throw notAtServer('imported', 'Train it there: nearfield api train --server URL.');
    // All are read before the first is kept.
    const exported = [];
    for (const file of files) exported.push({ file, ...(await readClassifier(file, context)) });
    const imported: ClassifierSummary[] = [];
    for (const { file, ...each } of exported) {
      const named =
        id === undefined ? each : { ...each, classifier: { ...each.classifier, classifier_id: id } };
      imported.push(await keep(named).catch((error: unknown) => Promise.reject(ofFile(error, file))));
    }
    if (json) printJson(imported, context);
    else context.stdout(imported.map(lineOf).join(''));
  },

  async export({ classifiers: { export: read } }, [id = ''], { out }, context) {
    if (!read) throw notAtServer('exported', 'It keeps them.');
    const content = `${JSON.stringify(await read(id))}\n`;
    if (out === undefined || out === '-') context.stdout(content);
    else await writeFile(out, content).catch((cause: unknown) => Promise.reject(notWritten(out, cause)));
  },

  async remove(foundation, ids, _, { stderr }) {
    for (const id of ids) {
      await foundation.classifiers.delete(id);
      stderr(`${id} is removed\n`);
    }
  },
};

/** The id, the model and the labels. */
const lineOf = ({ classifier_id: id, model, labels }: ClassifierSummary): string =>
  `${id}  ${model}  ${oneLine(labels.join(', '), LABELS)}\n`;

async function readClassifier(file: string, { stdin }: CommandContext) {
  const bytes = file === '-' ? stdin : bytesOf(file);
  return classifierIn(
    file === '-' ? 'standard input' : file,
    await textOf(bytes as AsyncIterable<Uint8Array>),
  );
}

/** What does not fit in a file is said of the file. */
function ofFile(error: unknown, file: string): unknown {
  if (!FoundationError.isInstance(error) || error.code !== 'INPUT_VALIDATION_FAILED') return error;
  return new FoundationError({ code: error.code, message: `${file}: ${error.message}`, cause: error });
}

const notAtServer = (done: string, instead: string): FoundationError =>
  new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `Classifiers of a server cannot be ${done}. ${instead}`,
  });

const notWritten = (file: string, cause: unknown): FoundationError =>
  new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${file} cannot be written: ${(cause as Error).message}`,
    cause,
  });
