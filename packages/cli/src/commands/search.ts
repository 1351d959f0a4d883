import { styleText } from 'node:util';
import { type FoundDocument, openIndex, type TextRange } from '@nearfield/search';
import { folderLoader } from '@nearfield/search/node';
import { choiceOf, countOf, pairsOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { RERANKER } from '../embedded.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { needsModel, optionsOf, TIERS, tiersOf } from '../search/tiers.ts';

export const search = defineCommand({
  synopsis: 'DIRECTORY "QUESTION"',
  summary: 'search an index',
  options: {
    json: { type: 'boolean', help: 'the answer as JSON: results with passages, scores and\nwhat matched' },
    limit: { type: 'string', value: 'NUMBER', help: 'documents at most (default 10)' },
    filter: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'only documents with this value; of one name, any of the\nvalues',
    },
    by: {
      type: 'string',
      value: 'TIER',
      choices: TIERS,
      help: `${TIERS.join(', ')}\n(default keywords+table, as a page that loads no model)`,
    },
    reranker: { type: 'string', value: 'ID', help: `for --by all (default ${RERANKER})` },
    explain: { type: 'boolean', help: 'what each part gave to the scores' },
    ...MODEL_OPTIONS,
  },
  examples: [
    'nearfield search dist/search "keep bread fresh"',
    'nearfield search index "refunds" --by all --json',
  ],
  async run({ values, positionals }, { stdout, stderr, env, terminal }) {
    const [folder, question, ...more] = positionals;
    if (folder === undefined || question === undefined || more.length > 0) {
      throw new UsageError('Name the index’s DIRECTORY and one QUESTION, in quotes.');
    }
    const limit = countOf('limit', values.limit ?? '10');
    const filters = pairsOf('filter', values.filter);
    const index = await openIndex(folderLoader(folder));
    const has = tiersOf(index);
    const by =
      choiceOf('by', TIERS, values.by) ??
      (has.includes('keywords+table') ? 'keywords+table' : (has.at(-2) ?? 'keywords'));
    if (!has.includes(by)) throw new UsageError(`This index can be searched by ${has.join(', ')}.`);
    const foundation = needsModel(by) ? await foundationOf(values, env) : undefined;
    try {
      const options = optionsOf(by, index, foundation, values.reranker ?? RERANKER);
      const { results, ...rest } = await index.search(question, {
        ...options,
        limit,
        filters,
        explain: values.explain ?? false,
      });
      for (const problem of rest.problems) stderr(`${problem.message}\n`);
      if (values.json) {
        const problems = rest.problems.map(({ code, message }) => ({ code, message }));
        stdout(
          `${JSON.stringify({ query: question, by, ...rest, problems, results }, undefined, terminal.stdout ? 2 : 0)}\n`,
        );
      } else if (results.length === 0) stdout('Nothing was found.\n');
      else
        for (const [place, result] of results.entries())
          stdout(`${shown(result, place + 1, values.explain ?? false)}\n`);
      return 0;
    } finally {
      await foundation?.close();
    }
  },
});

function shown({ title, url, id, passages, score }: FoundDocument, place: number, explain: boolean): string {
  const [best] = passages;
  const { text, headings, anchor, excerpt = [0, text.length] as const, highlights = [] } = best!;
  const lines = [
    `${String(place).padStart(2)}. ${[title || id, ...headings].join(' › ')}  ${score.toFixed(2)}`,
    `    ${url}${anchor === '' ? '' : `#${anchor}`}`,
  ];
  const words = marked(text, excerpt, highlights).replace(/\s+/g, ' ').trim();
  if (words !== '') lines.push(`    ${words}`);
  if (explain && best!.explanation !== undefined) {
    const { keywords, meaning, rerank, words: each } = best!.explanation;
    const parts = [`keywords ${keywords.toFixed(2)}`, `meaning ${meaning.toFixed(2)}`];
    if (rerank !== undefined) parts.push(`reranker ${rerank.toFixed(2)}`);
    const matched = each.map(({ word, term }) => (word === term ? word : `${word} → ${term}`));
    lines.push(`    ${parts.join(', ')}${matched.length > 0 ? `; words: ${matched.join(', ')}` : ''}`);
  }
  return lines.join('\n');
}

function marked(text: string, [start, end]: TextRange, highlights: readonly TextRange[]): string {
  let out = '';
  let at = start;
  for (const [from, to] of highlights.filter(([from, to]) => from >= start && to <= end)) {
    out += text.slice(at, from) + styleText('bold', text.slice(from, to));
    at = to;
  }
  return out + text.slice(at, end);
}
