/**
 * `npm run bench -- search [--pages FOLDER] [--scratch FOLDER]`: what a visitor loads before the first answer, how long
 * a keystroke and a build take, and what is found, beside MiniSearch and Pagefind on the same pages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createNodeFoundation } from '@nearfield/core/node';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm/build';
import { buildMiniLMReranker, miniLMRerankerDirectory } from '@nearfield/model-minilm-reranker/build';
import type { SearchFoundation } from '@nearfield/spec';
import MiniSearch from 'minisearch';
import { createIndex } from 'pagefind';
import { buildIndex } from '../../packages/search/src/build-index.ts';
import type { SourceDocument } from '../../packages/search/src/documents/types.ts';
import { type Loader, memoryLoader } from '../../packages/search/src/loader.ts';
import { VectorCache } from '../../packages/search/src/node.ts';
import { openIndex, type SearchOptions } from '../../packages/search/src/open-index.ts';
import { evaluate, type LabelledQuery } from '../../packages/search/src/ranking/evaluate.ts';
import { minilmQueryTable } from '../../packages/search/test/query-table.ts';
import { taskArguments } from '../../tooling/arguments.ts';
import {
  manual,
  manualFolder,
  paraphrasedQuestions,
  questionsOf,
  sampleCorpus,
  unsharedQuestions,
} from './search/corpora.ts';
import { percentile } from './statistics.ts';

const USAGE = `npm run bench -- search [options]: search over a manual of 1,900 pages, beside Pagefind and MiniSearch

Options:
  --pages FOLDER    pages of HTML instead of Debian's cmake-doc, which is downloaded
  --scratch FOLDER  where the package and vectors are kept between runs (default: a folder that is deleted)`;

const { values } = taskArguments(USAGE, {
  options: { pages: { type: 'string' }, scratch: { type: 'string' } },
});

const MODEL = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';
/** Documents of the first answer. */
const SHOWN = 5;
/** Bytes of what stands before each part of an answer of several ranges, about. */
const PART_HEAD = 110;
type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const scratch = values.scratch ?? mkdtempSync(join(tmpdir(), 'nearfield-search-bench-'));
const table = minilmQueryTable();
const line = (what: string, ...figures: (string | number)[]): void =>
  console.log(`| ${[what, ...figures].join(' | ')} |`);
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Counts what a host would send: parts that are asked for together are one request. */
function counted(files: Files): { loader: Loader; sent: { requests: number; bytes: number } } {
  const { load, ranges } = memoryLoader(files);
  const sent = { requests: 0, bytes: 0 };
  return {
    sent,
    loader: {
      async load(name, options) {
        const bytes = await load(name, options);
        sent.requests++;
        // Hosts compress JSON; the other files are packed.
        sent.bytes += name.endsWith('.json') ? gzipSync(bytes).length : bytes.length;
        return bytes;
      },
      async ranges(name, parts, options) {
        const found = await ranges(name, parts, options);
        sent.requests++;
        for (const { length } of found) sent.bytes += length + PART_HEAD;
        return found;
      },
    },
  };
}

async function firstAnswers(files: Files, questions: readonly string[]): Promise<string> {
  const all: { requests: number; bytes: number }[] = [];
  for (const question of questions) {
    const { loader, sent } = counted(files);
    await (await openIndex(loader)).search(question, { limit: SHOWN });
    all.push(sent);
  }
  const bytes = all.map((each) => each.bytes);
  const requests = all.map((each) => each.requests);
  const mean = bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
  return `${kilobytes(mean)} (median ${kilobytes(percentile(bytes, 0.5))}, 95 %: ${kilobytes(percentile(bytes, 0.95))}), ${Math.min(...requests)}–${Math.max(...requests)} requests`;
}

/**
 * Types every question letter by letter, twice: the first time loads and unpacks what each word needs. Other programs
 * lengthen the time on the clock, not that of the processor.
 */
async function keystrokes(questions: readonly string[], search: (typed: string) => unknown): Promise<string> {
  const typeAll = async (): Promise<string> => {
    const clock: number[] = [];
    const processor: number[] = [];
    for (const question of questions) {
      for (let length = 1; length <= question.length; length++) {
        const [before, started] = [process.cpuUsage(), performance.now()];
        await search(question.slice(0, length));
        clock.push(performance.now() - started);
        const { user, system } = process.cpuUsage(before);
        processor.push((user + system) / 1000);
      }
    }
    return `${percentile(clock, 0.95).toFixed(1)} ms (processor ${percentile(processor, 0.95).toFixed(1)})`;
  };
  const first = await typeAll();
  return `${first}, again ${await typeAll()}`;
}

/** One edit in the middle of a word: letters swapped, one left out, one doubled, one that is another. */
const EDITS: readonly ((word: string, at: number) => string)[] = [
  (word, at) => `${word.slice(0, at - 1)}${word[at]}${word[at - 1]}${word.slice(at + 1)}`,
  (word, at) => word.slice(0, at) + word.slice(at + 1),
  (word, at) => word.slice(0, at) + word[at] + word.slice(at),
  (word, at) => `${word.slice(0, at)}${word[at]!.toLowerCase() === 'e' ? 'a' : 'e'}${word.slice(at + 1)}`,
];

/** Titles with one edit in their longest word, where it has five letters or more: all kinds of edits in turn. */
function mistypedTitles(documents: readonly SourceDocument[]): LabelledQuery[] {
  return documents.flatMap(({ id, title }, index) => {
    const word =
      (title.match(/\p{L}+/gu) ?? []).toSorted((left, right) => right.length - left.length)[0] ?? '';
    if (index % 7 !== 0 || word.length < 5) return [];
    return EDITS.flatMap((edit) => {
      const mistyped = edit(word, word.length >> 1);
      return mistyped === word ? [] : [{ question: title.replace(word, mistyped), answers: [id] }];
    });
  });
}

async function found(
  name: string,
  files: Files,
  questions: readonly LabelledQuery[],
  foundation: SearchFoundation,
): Promise<void> {
  const index = await openIndex(memoryLoader(files));
  const model = { foundation, model: MODEL };
  const ways: [string, SearchOptions][] = [
    ['keywords', { meaning: false }],
    ['table', { keywords: false }],
    ['keywords+table', {}],
    ['model', { keywords: false, meaning: model }],
    ['keywords+model', { meaning: model }],
    ['all', { meaning: model, rerank: { foundation, model: RERANKER } }],
  ];
  const figures: string[] = [];
  for (const [way, options] of ways) {
    const { mrr, top5 } = await evaluate(questions, async (question) =>
      (await index.search(question, { ...options, limit: 100 })).results.map(({ id }) => id),
    );
    figures.push(`${way} ${mrr.toFixed(3)} (${top5.toFixed(2)})`);
  }
  line(`${name}, ${questions.length} questions`, ...figures);
}

/** Runs work, and says how long it took on the clock and how long this program's processor worked for it. */
async function timed<Value>(work: () => Promise<Value>): Promise<[Value, string]> {
  const [before, started] = [process.cpuUsage(), performance.now()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return [value, `${seconds(performance.now() - started)} (processor ${seconds((user + system) / 1000)})`];
}

await buildMiniLM();
await buildMiniLMReranker();
const foundation = createNodeFoundation({
  models: [
    { id: MODEL, source: miniLMDirectory() },
    { id: RERANKER, source: miniLMRerankerDirectory() },
  ],
});
try {
  const documents = await manual(values.pages ?? (await manualFolder(scratch)));
  const cache = () => new VectorCache(join(scratch, 'manual.vectors'));
  const isCached = cache().size > 0;
  const meaning = { foundation, model: MODEL, table };
  const [, keywordsOnly] = await timed(() => buildIndex({ documents }));
  const [, first] = await timed(() => buildIndex({ documents, meaning: { ...meaning, cache: cache() } }));
  const [files, again] = await timed(() =>
    buildIndex({ documents, meaning: { ...meaning, cache: cache() } }),
  );
  const index = await openIndex(memoryLoader(files));
  const own = questionsOf('cmake');
  const asked = [...own.own, ...own.mistyped, ...own.other].map(({ question }) => question);
  const typed = asked.filter((_, at) => at % 4 === 0);
  const mistyped = mistypedTitles(documents);
  console.log(`${documents.length} pages, ${index.manifest.passages} passages\n`);

  const texts = documents.map(({ id, title, sections }) => ({
    id,
    title,
    text: sections.map(({ headings, text }) => [...headings, text].join('\n')).join('\n'),
  }));
  const mini = new MiniSearch({
    idField: 'id',
    fields: ['title', 'text'],
    searchOptions: { boost: { title: 2 }, prefix: true, fuzzy: 0.2 },
  });
  const [, miniBuild] = await timed(() => mini.addAllAsync(texts));
  const miniBytes = gzipSync(JSON.stringify(mini)).length;
  const miniFind = async (question: string) => mini.search(question).map(({ id }) => id as string);
  const { index: pagefind } = await createIndex({});
  const [written, pagefindBuild] = await timed(async () => {
    for (const { id, title, text } of texts) {
      await pagefind!.addCustomRecord({ url: id, content: text || title, language: 'en', meta: { title } });
    }
    return pagefind!.getFiles();
  });
  const pagefindBytes = written.files.reduce((sum, { content }) => sum + content.length, 0);
  await pagefind!.deleteIndex();

  line('', 'Nearfield', 'MiniSearch 7.2', 'Pagefind 1.6');
  line('---', '---', '---', '---');
  line(
    `before the first answer (${SHOWN} documents)`,
    await firstAnswers(files, asked),
    `${kilobytes(miniBytes)}, 1 request, no texts`,
    'see docs/search.md',
  );
  line('files', files.size, 1, written.files.length);
  line(
    'whole index',
    kilobytes([...files.values()].reduce((sum, { length }) => sum + length, 0)),
    kilobytes(miniBytes),
    kilobytes(pagefindBytes),
  );
  line(
    'build',
    `${keywordsOnly} keywords, ${isCached ? 'cached' : first} with vectors, ${again} again`,
    miniBuild,
    pagefindBuild,
  );
  line(
    'warm keystroke, 95 %',
    await keystrokes(typed, (text) => index.search(text)),
    await keystrokes(typed, (text) => mini.search(text)),
    '',
  );
  const typos = async (find: (question: string) => Promise<string[]>): Promise<string> =>
    (await evaluate(mistyped, find)).top5.toFixed(2);
  line(
    `titles with a typo, ${mistyped.length}, in the first five`,
    await typos(async (question) => (await index.search(question)).results.map(({ id }) => id)),
    await typos(miniFind),
    '',
  );
  console.log('\nMRR (share in the first five) by what takes part\n');
  await found('manual, its words', files, own.own, foundation);
  await found('manual, mistyped or unfinished', files, own.mistyped, foundation);
  await found('manual, other words', files, own.other, foundation);
  const sample = await buildIndex({
    documents: sampleCorpus(),
    meaning: { ...meaning, cache: new VectorCache(join(scratch, 'sample.vectors')) },
  });
  const sampled = questionsOf('sample');
  await found('sample corpus, its words', sample, sampled.own, foundation);
  await found('sample corpus, mistyped or unfinished', sample, sampled.mistyped, foundation);
  await found('sample corpus, other words', sample, paraphrasedQuestions(), foundation);
  await found('sample corpus, no shared word', sample, unsharedQuestions(), foundation);
} finally {
  await foundation.close();
  if (values.scratch === undefined) rmSync(scratch, { recursive: true, force: true });
}
