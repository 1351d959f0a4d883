/**
 * `npm run sweep -- [--seed 1] [--only NAME]`: compares the engine's tokens with those of the tokenisers that published
 * models were made with (Hugging Face's in Rust, OpenAI's tiktoken): every code point in three contexts, 100,000 random
 * texts, and beginnings of files with a byte order mark or next-line character. `--only` takes a part of a name.
 *
 * Exit code 1 if they differ anywhere.
 */
import {
  againstRust,
  againstTiktoken,
  beginnings,
  type Compared,
  codePoints,
  compare,
  type Difference,
  FAMILIES,
  randomTexts,
} from '../../packages/core/test/tokenizer-sweep.ts';
import { TOKENIZERS } from '../../packages/spec/src/index.ts';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';

const USAGE = `npm run sweep -- [options]: compares the engine's tokens with those of the tokenisers of published models

Options:
  --seed N      of the random texts; default 1
  --only NAME   tokenizers with this part in their name`;

const { values } = taskArguments(
  USAGE,
  { options: { seed: { type: 'string', default: '1' }, only: { type: 'string' } } },
  (parsed) => {
    if (!Number.isInteger(Number(parsed.values.seed))) throw new UsageError('--seed needs a whole number.');
  },
);
const seed = Number(values.seed);
const wanted = (name: string): boolean => name.includes(values.only ?? '');

/** Random texts for each tokenizer: 100,000 for those in Rust together, as many again for tiktoken. */
const RANDOM_TEXTS = 16_667;
/** Differences of one kind that are shown. */
const SHOWN = 5;

const families = Object.keys(FAMILIES).filter(wanted);
const encodings = TOKENIZERS.filter(wanted);

const visible = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );

function show({ text, ours, theirs }: Difference): void {
  console.log(`    ${visible(text)}\n      ours   ${ours.join(' ')}\n      theirs ${theirs.join(' ')}`);
}

let total = 0;
let different = 0;

async function sweep(pair: Compared): Promise<void> {
  const kinds: [string, Iterable<string>][] = [
    ['code points in three contexts', codePoints()],
    ['random texts', randomTexts(seed, RANDOM_TEXTS)],
    ['beginnings', beginnings()],
  ];
  for (const [kind, texts] of kinds) {
    const { compared, differences, newer } = await compare(pair, texts);
    total += compared;
    different += differences.length;
    // Of a Unicode version that the reference does not know, see `compare`.
    const known = newer > 0 ? ` (${newer} by characters that are too new for the reference)` : '';
    console.log(`${pair.name}: ${kind}: ${compared} compared, ${differences.length} different${known}`);
    for (const difference of differences.slice(0, SHOWN)) show(difference);
  }
}

for (const name of families) await sweep(againstRust(name, FAMILIES[name]!()));
for (const name of encodings) await sweep(await againstTiktoken(name));
if (total === 0) {
  console.error(
    `No tokenizer is called '${values.only}'. There are: ${[...Object.keys(FAMILIES), ...TOKENIZERS].join(', ')}.`,
  );
  process.exit(2);
}
console.log(`${total} texts compared (seed ${seed}), ${different} different`);
process.exitCode = different > 0 ? 1 : 0;
