/**
 * `npm run verify:models -- [id…] [--dtype q8] [--from DIRECTORY|URL]`: downloads models and compares them with their
 * published values. Without ids: every model that has such values. `--from` takes the files of one model from
 * somewhere else than the hub.
 *
 * Exit code 1 if a model computes other values, or cannot be loaded.
 */

import { createNodeFoundation } from '../../packages/core/src/node.ts';
import { CATALOGUE, type Dtype, type LoadedModel } from '../../packages/spec/src/index.ts';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';

const USAGE = `npm run verify:models -- [id …] [options]: compares models with their published values

Options:
  --dtype DTYPE            the file of this precision, such as q8
  --from DIRECTORY|URL     where the one named model's files are, instead of the hub`;

const { values, positionals } = taskArguments(
  USAGE,
  { allowPositionals: true, options: { dtype: { type: 'string' }, from: { type: 'string' } } },
  (parsed) => {
    if (parsed.values.from && parsed.positionals.length !== 1) {
      throw new UsageError('--from is where one model’s files are: name that model.');
    }
  },
);
const ids =
  positionals.length > 0
    ? positionals
    : CATALOGUE.filter(({ local, goldens }) => local.runs && goldens.length > 0).map(({ id }) => id);

/** Loads one model, in an engine of its own so that its memory is free afterwards, and says what was found. */
async function verify(id: string): Promise<LoadedModel> {
  const foundation = createNodeFoundation({
    dtype: values.dtype as Dtype | undefined,
    models: values.from ? [{ id, source: values.from }] : [],
  });
  let shown = -1;
  try {
    return await foundation.load(id, {
      onProgress: (event) => {
        if (event.type !== 'model-progress' || event.fromCache || event.total === 0) return;
        const percent = Math.floor((event.loaded / event.total) * 10) * 10;
        if (percent > shown) console.error(`  ${id}: ${percent} % of ${Math.round(event.total / 1e6)} MB`);
        shown = Math.max(shown, percent);
      },
    });
  } finally {
    await foundation.close();
  }
}

let failures = 0;
let unknown = 0;
for (const id of ids) {
  try {
    const { dtype, device, check } = await verify(id);
    if (check?.result !== 'passed') unknown++;
    const mark = check?.result === 'passed' ? 'ok     ' : 'no data';
    console.log(`${mark} ${id} (${dtype}, ${device}): ${check?.reason}`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(
  `${ids.length - failures - unknown} of ${ids.length} models passed, ${failures} failed, ${unknown} ran without published values to compare with.`,
);
process.exitCode = failures > 0 ? 1 : 0;
