import { FoundationError, type ModelCheck } from '@nearfield/spec';
import { defineCommand, UsageError } from '../command.ts';
import { embeddedModels } from '../embedded.ts';
import { createEngine, modelOption } from '../engine.ts';
import { modelChoice } from '../foundation.ts';
import { ENGINE_OPTIONS } from '../options.ts';
import { printJson } from '../output.ts';
import { ProgressLine } from '../progress.ts';

/** Outcome of one model. */
interface Verdict {
  readonly model: string;
  readonly result: ModelCheck['result'] | 'failed';
  readonly reason: string;
  readonly dtype?: string;
  readonly cosine?: number | undefined;
}

export const verify = defineCommand({
  synopsis: '[MODEL ...]',
  summary: 'compare what models compute with their published values',
  options: { json: { type: 'boolean', help: 'the verdicts as JSON' }, ...ENGINE_OPTIONS },
  details: `A MODEL is an id, a directory or ID=SOURCE; without one, those that come with this command and those of --model.
Prints passed, remembered (these very files passed before on this machine), skipped (there is nothing to compare with)
or failed for each. Status 1 if one failed.`,
  examples: [
    'nearfield verify',
    'nearfield verify jina-embeddings-v3=./models/v3',
    'nearfield verify --json',
  ],
  async run({ values, positionals }, context) {
    const own = values.model.map(modelOption);
    const named = positionals.map(modelChoice);
    const sources = [...own, ...named.filter((each) => each.source !== undefined)];
    const replaced = new Set(sources.map(({ id }) => id));
    const embedded = embeddedModels().filter(({ id }) => !replaced.has(id));
    const wanted = named.length > 0 ? named : [...embedded, ...own];
    if (wanted.length === 0) throw new UsageError('No model comes with this installation: name one.');
    const foundation = await createEngine({
      models: [...embedded, ...sources],
      dataDirectory: values['data-dir'],
    });
    const progress = new ProgressLine(context);
    const verdicts: Verdict[] = [];
    try {
      for (const { id } of wanted) {
        const verdict = await foundation.load(id, { onProgress: progress.listener('texts') }).then(
          ({ dtype, check }): Verdict => ({
            model: id,
            dtype,
            ...(check ?? { result: 'skipped', reason: 'The catalogue has no values of this model.' }),
          }),
          (error: unknown): Verdict => {
            if (!FoundationError.isInstance(error)) throw error;
            return { model: id, result: 'failed', reason: error.message };
          },
        );
        progress.clear();
        verdicts.push(verdict);
        if (!values.json) {
          context.stdout(
            `${verdict.model}  ${verdict.result}${verdict.dtype ? `  ${verdict.dtype}` : ''}  ${verdict.reason}\n`,
          );
        }
      }
      if (values.json) printJson(verdicts, context);
      return verdicts.some(({ result }) => result === 'failed') ? 1 : 0;
    } finally {
      progress.clear();
      await foundation.close();
    }
  },
});
