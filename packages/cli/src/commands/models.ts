import { findModel, type ModelInfo } from '@nearfield/spec';
import { choiceOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { embeddedModels } from '../embedded.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { oneLine, printJson } from '../output.ts';

const KINDS = ['embedding', 'reranker', 'clip', 'colbert', 'sparse', 'chat'] as const;

/** Characters of the last column. */
const NOTE = 60;

export const models = defineCommand({
  synopsis: '[MODEL]',
  summary: 'the models, where they run and how large they are',
  options: {
    kind: { type: 'string', value: 'KIND', choices: KINDS, help: `only ${KINDS.join(', ')}` },
    all: { type: 'boolean', help: 'also those that do not run here' },
    json: { type: 'boolean', help: 'the answer as JSON, in the API’s shape' },
    ...MODEL_OPTIONS,
  },
  details: 'With a MODEL, all that is known of it.',
  examples: [
    'nearfield models',
    'nearfield models --kind reranker --all',
    'nearfield models jina-embeddings-v3',
  ],
  async run({ values, positionals: [id, ...more] }, context) {
    if (more.length > 0) throw new UsageError('Name one MODEL, or none for the list.');
    const kind = choiceOf('kind', KINDS, values.kind);
    const foundation = await foundationOf(values, context.env);
    try {
      if (id !== undefined) {
        printJson(await foundation.models.get(id), {
          ...context,
          terminal: { ...context.terminal, stdout: true },
        });
        return 0;
      }
      const { data } = await foundation.models.list();
      const isServer = values.remote || values.server !== undefined;
      const shown = data.filter(
        ({ nearfield }) =>
          (kind === undefined || nearfield?.kind === kind) &&
          (isServer || values.all || nearfield === undefined || nearfield.local.runs),
      );
      if (values.json) printJson({ data: shown }, context);
      else context.stdout(tableOf(shown));
      return 0;
    } finally {
      await foundation.close();
    }
  },
});

function tableOf(models: readonly ModelInfo[]): string {
  const embedded = new Set(embeddedModels().map(({ id }) => id));
  const rows = models.map(({ id, nearfield, context_length }) => {
    const short = nearfield?.id ?? findModel(id)?.id ?? id;
    const dimensions = nearfield?.dimensions;
    return [
      short,
      nearfield?.kind ?? '',
      dimensions === undefined ? '' : `${dimensions}`,
      `${context_length}`,
      nearfield?.licence ?? '',
      oneLine(embedded.has(short) ? 'comes with this command' : noteOf(nearfield), NOTE),
    ];
  });
  const all = [['MODEL', 'KIND', 'DIMENSIONS', 'TOKENS', 'LICENCE', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Size of a download, or the reason why it is impossible. */
function noteOf(facts: ModelInfo['nearfield']): string {
  if (facts === undefined) return '';
  if (!facts.local.runs) return `does not run here: ${facts.local.reason}`;
  const sizes = facts.local.sources.flatMap(({ megabytes }) => Object.values(megabytes));
  const [least] = sizes.sort((one, other) => one - other);
  return least === undefined ? 'downloaded when first used' : `a download of ${least} MB or more`;
}
