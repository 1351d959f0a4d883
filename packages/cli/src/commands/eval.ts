import { readFile } from 'node:fs/promises';
import { evaluate, labelledQueries, openIndex, type Quality, type SearchIndex } from '@nearfield/search';
import { folderLoader } from '@nearfield/search/node';
import { FoundationError } from '@nearfield/spec';
import { defineCommand, UsageError } from '../command.ts';
import { RERANKER } from '../embedded.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { needsModel, searchBy, type Tier, type TierOptions, tiersOf } from '../search/tiers.ts';

/** Documents behind which a right one counts as not found. */
const LIMIT = 100;

export const evaluateIndex = defineCommand({
  synopsis: 'QUESTIONS.tsv --index DIRECTORY',
  summary: 'measure how well an index finds',
  options: {
    index: { type: 'string', value: 'DIRECTORY', help: 'the index' },
    json: { type: 'boolean', help: 'figures alone, as JSON' },
    reranker: {
      type: 'string',
      value: 'ID|none',
      help: `model that ranks the first 20 again in "all" (default\n${RERANKER}; none leaves it out)`,
    },
    'no-model': { type: 'boolean', help: 'only what needs no model' },
    ...MODEL_OPTIONS,
  },
  details: `QUESTIONS.tsv has a line "question<TAB>id" for each document that answers a question; an id is that of a document, or
its address. Prints the share of questions whose answer is first and among the first five, and the mean of 1/rank
(MRR), for each tier and for all together; then the questions that fail, and why.`,
  examples: ['nearfield eval questions.tsv --index dist/search'],
  async run({ values, positionals }, { stdout, stderr, env, terminal }) {
    const [file, ...more] = positionals;
    const { reranker = RERANKER } = values;
    if (file === undefined || more.length > 0) throw new UsageError('Name one file of QUESTIONS.');
    if (values.index === undefined) throw new UsageError('Name the index’s folder with --index.');
    const source = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message: `${file} cannot be read.`, cause });
    });
    const index = await openIndex(folderLoader(values.index));
    const ids = await idsOf(index);
    const queries = labelledQueries(source).map(({ question, answers }) => ({
      question,
      answers: answers.map((answer) => ids.get(answer) ?? answer),
    }));
    if (queries.length === 0) throw new UsageError(`${file} has no line "question<TAB>id".`);
    const tiers = tiersOf(index).filter(
      (tier) => !(values['no-model'] && needsModel(tier)) && !(tier === 'all' && reranker === 'none'),
    );
    const foundation = tiers.some(needsModel) ? await foundationOf(values, env) : undefined;
    try {
      const found = new Map<Tier, Quality>();
      for (const tier of tiers) {
        let done = 0;
        const by = { tier, foundation, reranker };
        const quality = await evaluate(queries, async (question) => {
          const { results, problems } = await searchBy(index, question, by, { limit: LIMIT });
          // Figures of a part that did not take part would be another's.
          if (problems.length > 0) throw problems[0]!;
          if (terminal.stderr) stderr(`\r${tier}: ${++done} of ${queries.length} questions   `);
          return results.map(({ id }) => id);
        });
        found.set(tier, quality);
      }
      if (terminal.stderr) stderr('\n');
      if (values.json) {
        const figures = [...found].map(([tier, { top1, top5, mrr }]) => [tier, { top1, top5, mrr }]);
        stdout(`${JSON.stringify(Object.fromEntries(figures))}\n`);
        return 0;
      }
      stdout(tableOfFigures(queries.length, found));
      const best = tiers.at(-1)!;
      const failed = found.get(best)!.failed;
      if (failed.length > 0) stdout(`\nNot among the first five by ${best}:\n`);
      const known = new Set(ids.values());
      for (const { question } of failed) {
        const { answers } = queries.find((each) => each.question === question)!;
        stdout(
          `${question}\n    ${(await reasons(index, question, answers, known, found, { foundation, reranker })).join('\n    ')}\n`,
        );
      }
      return 0;
    } finally {
      await foundation?.close();
    }
  },
});

/** Ids of documents by id and by address. */
async function idsOf(index: SearchIndex): Promise<ReadonlyMap<string, string>> {
  const documents = await index.documents();
  return new Map([
    ...documents.filter(({ url }) => url !== '').map(({ id, url }) => [url, id] as const),
    ...documents.map(({ id }) => [id, id] as const),
  ]);
}

function tableOfFigures(questions: number, found: ReadonlyMap<Tier, Quality>): string {
  const width = 16;
  const lines = [`${`${questions} questions`.padEnd(width)}  top 1  top 5    MRR`];
  for (const [tier, { top1, top5, mrr }] of found) {
    lines.push(`${tier.padEnd(width)}  ${[top1, top5, mrr].map((value) => value.toFixed(3)).join('  ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Why a question fails: what its answer shares with it in words, where each tier puts it, and what comes first. */
async function reasons(
  index: SearchIndex,
  question: string,
  answers: readonly string[],
  known: ReadonlySet<string>,
  found: ReadonlyMap<Tier, Quality>,
  by: Omit<TierOptions, 'tier'>,
): Promise<string[]> {
  const missing = answers.filter((answer) => !known.has(answer));
  if (missing.length === answers.length) return [`the index has no document ${missing.join(', ')}`];
  const lines = [`answer: ${answers.join(', ')}`];
  const everything = { limit: index.manifest.documents, explain: true };
  const { results } = await index.search(question, { meaning: false, ...everything });
  const right = results.find(({ id }) => answers.includes(id));
  const words = right?.passages[0]?.explanation?.words.map(({ word }) => word) ?? [];
  lines.push(
    words.length === 0 ? 'words: it shares none with the question' : `words: it shares ${words.join(', ')}`,
  );
  const ranks: string[] = [];
  for (const tier of found.keys()) {
    const ranked = (await searchBy(index, question, { ...by, tier }, { limit: LIMIT })).results;
    const rank = ranked.findIndex(({ id }) => answers.includes(id)) + 1;
    ranks.push(`${tier} ${rank === 0 ? `behind ${LIMIT}` : rank}`);
    if (tier === [...found.keys()].at(-1) && ranked[0] !== undefined) {
      const { id, title } = ranked[0];
      lines.push(`first instead: ${title === '' ? id : `${title} (${id})`}`);
    }
  }
  lines.push(`rank by ${ranks.join(', ')}`);
  return lines;
}
