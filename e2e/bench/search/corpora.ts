/** What search is measured on: the demo's sample corpus, and a manual that Debian ships. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SUBJECTS } from '../../../demo/src/corpus/index.ts';
import { SAMPLE_QUESTIONS } from '../../../demo/src/corpus/questions.ts';
import { analyse, ENGLISH } from '../../../packages/search/src/analysis/analyser.ts';
import type { SourceDocument } from '../../../packages/search/src/documents/types.ts';
import { readSource } from '../../../packages/search/src/node.ts';
import { type LabelledQuery, labelledQueries } from '../../../packages/search/src/ranking/evaluate.ts';
import { textDocument } from '../../../packages/search/test/index-of.ts';
import { PARAPHRASES } from '../search-paraphrases.ts';

const run = promisify(execFile);
/** CMake's manual: some 1,900 pages of HTML under the BSD licence. */
const PACKAGE = 'cmake-doc';
const PAGES = 'usr/share/doc/cmake-data/html';

/** The manual's folder: unpacked into a folder of this machine, unless the caller has it already. */
export async function manualFolder(scratch: string): Promise<string> {
  mkdirSync(scratch, { recursive: true });
  try {
    await run('apt-get', ['download', PACKAGE], { cwd: scratch });
    const file = readdirSync(scratch).find((name) => name.endsWith('.deb'))!;
    await run('dpkg-deb', ['-x', file, 'unpacked'], { cwd: scratch });
  } catch (cause) {
    throw new Error(
      `The Debian package ${PACKAGE} cannot be had here. Unpack it elsewhere and name its folder ${PAGES} with --pages.`,
      { cause },
    );
  }
  return join(scratch, 'unpacked', PAGES);
}

export const manual = (folder: string): Promise<SourceDocument[]> => readSource(folder);

export const sampleCorpus = (): SourceDocument[] =>
  SUBJECTS.flatMap((subject) =>
    subject.passages.map(({ id, title, text }) => textDocument(`${subject.id}/${id}`, title, text)),
  );

/** Questions of a file, by how they are asked: in the page's words, mistyped or unfinished, in other words. */
export function questionsOf(name: 'sample' | 'cmake'): Record<'own' | 'mistyped' | 'other', LabelledQuery[]> {
  const text = readFileSync(fileURLToPath(new URL(`${name}.tsv`, import.meta.url)), 'utf8');
  const [, own, mistyped, other] = text.split(
    /^# (?:in the page's words|mistyped or unfinished|in other words)$/m,
  );
  return {
    own: labelledQueries(own!),
    mistyped: labelledQueries(mistyped!),
    other: labelledQueries(other!),
  };
}

/**
 * Questions over the sample corpus without a word of their answers, except for those that carry no subject.
 * @throws Error for a question that shares one
 */
export function unsharedQuestions(): LabelledQuery[] {
  const questions = labelledQueries(
    readFileSync(fileURLToPath(new URL('unshared.tsv', import.meta.url)), 'utf8'),
  );
  const documents = new Map(sampleCorpus().map((document) => [document.id, document]));
  for (const { question, answers } of questions) {
    for (const { title, sections } of answers.map((answer) => documents.get(answer)!)) {
      const text = [title, ...sections.map((section) => section.text)].join(' ');
      const answered = new Set(Array.from(analyse(text, ENGLISH), ({ term }) => term));
      for (const { term, folded } of analyse(question, ENGLISH)) {
        if (!ENGLISH.stopWords.has(folded) && answered.has(term)) {
          throw new Error(`"${question}" shares "${folded}" with its answer.`);
        }
      }
    }
  }
  return questions;
}

/** Questions over the sample corpus in other words than their answers. */
export const paraphrasedQuestions = (): LabelledQuery[] => [
  ...SAMPLE_QUESTIONS.map(({ question, answer }) => ({ question, answers: [answer] })),
  ...PARAPHRASES,
  ...questionsOf('sample').other,
];
