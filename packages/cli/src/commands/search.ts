import { styleText } from 'node:util';
import type { FoundDocument, TextRange } from '@nearfield/search';
import type { SearchFoundation } from '@nearfield/spec';
import { choiceOf, countOf, pairsOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { RERANKER } from '../embedded.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';
import { close, isAtServer, openPlace } from '../search/places.ts';
import { needsModel, searchBy, TIERS, tiersOf } from '../search/tiers.ts';

export const search = defineCommand({
  synopsis: 'INDEX "QUESTION"',
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
      help: `${TIERS.join(', ')}\n(default keywords+table, as a page that loads no model;\nwithout a table, keywords+model)`,
    },
    reranker: { type: 'string', value: 'ID', help: `for --by all (default ${RERANKER})` },
    explain: { type: 'boolean', help: 'what each part gave to the scores' },
    ...MODEL_OPTIONS,
  },
  details: `INDEX is a folder of nearfield index or of a live index, the address of an engine that nearfield index --to wrote to
(postgres://…, http://…), or of an index at a server (http://host/v1/indexes/NAME), which then runs the models.`,
  examples: [
    'nearfield search dist/search "keep bread fresh"',
    'nearfield search index "refunds" --by all --json',
    'nearfield search postgres://localhost/site "refunds"',
    'nearfield search https://search.example/v1/indexes/docs "refunds"',
  ],
  async run({ values, positionals }, { stdout, stderr, env, terminal }) {
    const [place, question, ...more] = positionals;
    if (place === undefined || question === undefined || more.length > 0) {
      throw new UsageError('Name the INDEX and one QUESTION, in quotes.');
    }
    const limit = countOf('limit', values.limit ?? '10');
    const filters = pairsOf('filter', values.filter);
    let foundation: SearchFoundation | undefined;
    const apiKey = values['api-key'] ?? (env.NEARFIELD_API_KEY || undefined);
    const index = await openPlace(place, apiKey);
    try {
      const has = tiersOf(index);
      const by =
        choiceOf('by', TIERS, values.by) ??
        (has.includes('keywords+table') ? 'keywords+table' : (has.at(-2) ?? 'keywords'));
      if (!has.includes(by)) throw new UsageError(`This index can be searched by ${has.join(', ')}.`);
      foundation = needsModel(by) && !isAtServer(place) ? await foundationOf(values, env) : undefined;
      const { results, ...rest } = await searchBy(
        index,
        question,
        { tier: by, foundation, reranker: values.reranker },
        { limit, filters, explain: values.explain ?? false },
      );
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
      await close(index);
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
