import { parseArgs, styleText } from 'node:util';
import { type FoundDocument, openIndex, type TextRange } from '@nearfield/search';
import { folderLoader } from '@nearfield/search/node';
import type { Command } from './command.ts';
import { countOf, foundationOf, MODEL_OPTIONS, MODEL_USAGE, pairsOf, UsageError } from './models.ts';
import { needsModel, optionsOf, RERANKER, TIERS, type Tier, tiersOf } from './tiers.ts';

export const searchCommand: Command = {
  usage: `nearfield search DIRECTORY "QUESTION"      search an index

Options:
  --json                    the answer as JSON: results with passages, scores and what matched
  --limit NUMBER            documents at most (default 10)
  --filter NAME=VALUE       only documents with this value (repeatable; of one name, any of the values)
  --by TIER                 ${TIERS.join(', ')} (default keywords+table, as a page that loads no model)
  --reranker ID             for --by all (default ${RERANKER})
  --explain                 what each part gave to the scores
${MODEL_USAGE}`,
  async run(args, { stdout, stderr, isTerminal }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...MODEL_OPTIONS,
        json: { type: 'boolean', default: false },
        limit: { type: 'string', default: '10' },
        filter: { type: 'string', multiple: true, default: [] },
        by: { type: 'string' },
        reranker: { type: 'string', default: RERANKER },
        explain: { type: 'boolean', default: false },
        // For scripts that pass the same to each command.
        table: { type: 'string' },
      },
    });
    const [folder, question, ...more] = positionals;
    if (folder === undefined || question === undefined || more.length > 0) {
      throw new UsageError('Name the index’s DIRECTORY and one QUESTION, in quotes.');
    }
    const limit = countOf('limit', values.limit);
    const filters = pairsOf('filter', values.filter);
    const index = await openIndex(folderLoader(folder));
    const has = tiersOf(index);
    const by =
      tierOf(values.by) ?? (has.includes('keywords+table') ? 'keywords+table' : (has.at(-2) ?? 'keywords'));
    if (!has.includes(by)) throw new UsageError(`This index can be searched by ${has.join(', ')}.`);
    const foundation = needsModel(by) ? await foundationOf(values) : undefined;
    try {
      const options = optionsOf(by, index, foundation, values.reranker);
      const { results, ...rest } = await index.search(question, {
        ...options,
        limit,
        filters,
        explain: values.explain,
      });
      for (const problem of rest.problems) stderr(`${problem.message}\n`);
      if (values.json) {
        const problems = rest.problems.map(({ code, message }) => ({ code, message }));
        stdout(
          `${JSON.stringify({ query: question, by, ...rest, problems, results }, undefined, isTerminal ? 2 : 0)}\n`,
        );
      } else if (results.length === 0) stdout('Nothing was found.\n');
      else
        for (const [place, result] of results.entries())
          stdout(`${shown(result, place + 1, values.explain)}\n`);
      return 0;
    } finally {
      await foundation?.close();
    }
  },
};

function tierOf(name: string | undefined): Tier | undefined {
  if (name === undefined) return undefined;
  const found = TIERS.find((tier) => tier === name);
  if (found === undefined)
    throw new UsageError(`--by takes one of ${TIERS.join(', ')}; it was given "${name}".`);
  return found;
}

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
