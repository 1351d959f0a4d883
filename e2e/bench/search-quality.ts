/**
 * How well each part finds, and all of them together: `node --conditions=@nearfield/source --import tsx
 * e2e/bench/search-quality.ts [FOLDER]`. Over the demo's sample corpus, and over a folder of Markdown whose pages
 * have a `description`, which is left out of the index and used as the question.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeFoundation } from '@nearfield/core/node';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm/build';
import { embed, type SearchFoundation } from '@nearfield/spec';
import { subjects } from '../../demo/src/corpus/index.ts';
import { sampleQuestions } from '../../demo/src/corpus/questions.ts';
import { buildIndex } from '../../packages/search/src/build-index.ts';
import { documentOfMarkdown } from '../../packages/search/src/documents/markdown.ts';
import type { SourceDocument } from '../../packages/search/src/documents/types.ts';
import { memoryLoader } from '../../packages/search/src/loader.ts';
import { openIndex, type SearchOptions } from '../../packages/search/src/open-index.ts';
import { evaluate, type LabelledQuery } from '../../packages/search/src/ranking/evaluate.ts';
import { textDocument } from '../../packages/search/test/index-of.ts';
import { minilmQueryTable } from '../../packages/search/test/query-table.ts';
import { paraphrases } from './search-paraphrases.ts';

const MODEL = 'all-MiniLM-L6-v2';
const table = minilmQueryTable();

/** Two letters of the longest word are swapped. */
function mistyped(question: string): string {
  const word = question.match(/\p{L}+/gu)!.toSorted((left, right) => right.length - left.length)[0]!;
  const at = word.length >> 1;
  return question.replace(word, `${word.slice(0, at - 1)}${word[at]}${word[at - 1]}${word.slice(at + 1)}`);
}

async function report(
  name: string,
  foundation: SearchFoundation,
  documents: readonly SourceDocument[],
  questions: readonly LabelledQuery[],
): Promise<void> {
  const files = await buildIndex({ documents, meaning: { foundation, model: MODEL, table } });
  const index = await openIndex(memoryLoader(files));
  const vectors = new Map<string, Float32Array>();
  const embedded = await embed(
    foundation,
    MODEL,
    questions.map(({ question }) => question),
  );
  for (const [order, { question }] of questions.entries()) vectors.set(question, embedded[order]!);
  const ways: Record<string, (question: string) => SearchOptions> = {
    keywords: () => ({ meaning: false }),
    table: () => ({ keywords: false }),
    'keywords+table': () => ({}),
    model: (question) => ({ keywords: false, meaning: vectors.get(question)! }),
    'keywords+model': (question) => ({ meaning: vectors.get(question)! }),
  };
  const row: string[] = [];
  for (const [way, options] of Object.entries(ways)) {
    const { mrr, top5 } = await evaluate(questions, async (question) => {
      const { results } = await index.search(question, { ...options(question), limit: 100 });
      return results.map(({ id }) => id);
    });
    row.push(`${way} ${mrr.toFixed(3)} (top 5 ${top5.toFixed(2)})`);
  }
  console.log(
    `${name}, ${questions.length} questions, ${index.manifest.passages} passages: ${row.join(' | ')}`,
  );
}

await buildMiniLM();
await using foundation = createNodeFoundation({
  models: [{ id: MODEL, source: miniLMDirectory() }],
  threads: 1,
});

const samples = subjects.flatMap((subject) =>
  subject.passages.map(({ id, title, text }) => ({ id: `${subject.id}/${id}`, title, text })),
);
const titled = samples.map(({ id, title, text }) => textDocument(id, title, text));
const untitled = samples.map(({ id, text }) => textDocument(id, '', text));
const titles = samples.map(({ id, title }) => ({ question: title, answers: [id] }));
const asked = sampleQuestions.map(({ question, answer }) => ({ question, answers: [answer] }));
await report('sample corpus, paraphrased', foundation, titled, [...asked, ...paraphrases]);
await report('sample corpus, titles asked of texts', foundation, untitled, titles);
await report(
  'sample corpus, titles mistyped',
  foundation,
  titled,
  titles.map(({ question, answers }) => ({ question: mistyped(question), answers })),
);

const folder = process.argv[2];
if (folder !== undefined) {
  const pages: SourceDocument[] = [];
  const questions: LabelledQuery[] = [];
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.mdx?$/.test(entry)) continue;
    const source = readFileSync(join(folder, entry), 'utf8');
    const page = documentOfMarkdown(source, { id: entry, url: entry });
    if (page.sections.length === 0) continue;
    pages.push(page);
    const question = /^description:\s*(.+)$/m.exec(source.slice(0, 1000))?.[1];
    if (question !== undefined) questions.push({ question, answers: [entry] });
  }
  const half = (rest: number) => questions.filter((_, index) => index % 2 === rest);
  await report('documentation, descriptions, half to tune on', foundation, pages, half(0));
  await report('documentation, descriptions, other half', foundation, pages, half(1));
}
