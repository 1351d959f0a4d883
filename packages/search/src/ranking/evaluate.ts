import { invalid } from '../errors.ts';

/** A question and the ids of the documents that answer it. */
export interface LabelledQuery {
  readonly question: string;
  readonly answers: readonly string[];
}

/** How well a ranking finds: means over all questions, 0 to 1. */
export interface Quality {
  readonly top1: number;
  readonly top5: number;
  /** Mean of 1 / rank of the first right document; 0 where none is found. */
  readonly mrr: number;
  /** Questions whose answer is not in the first five, with the first right rank, or undefined. */
  readonly failed: readonly { readonly question: string; readonly rank: number | undefined }[];
}

/** Measures a ranking of document ids, best first. Documents that come several times count where they come first. */
export async function evaluate(
  queries: readonly LabelledQuery[],
  rank: (question: string) => Promise<readonly string[]>,
): Promise<Quality> {
  let [top1, top5, mrr] = [0, 0, 0];
  const failed: Quality['failed'][number][] = [];
  for (const { question, answers } of queries) {
    const ranked = [...new Set(await rank(question))];
    const at = ranked.findIndex((id) => answers.includes(id));
    const found = at < 0 ? undefined : at + 1;
    if (found === 1) top1++;
    if (found !== undefined && found <= 5) top5++;
    else failed.push({ question, rank: found });
    mrr += found === undefined ? 0 : 1 / found;
  }
  const count = Math.max(1, queries.length);
  return { top1: top1 / count, top5: top5 / count, mrr: mrr / count, failed };
}

/**
 * Questions of lines `question<TAB>id`. A question that comes several times is one with several answers; empty lines
 * and those that begin with `#` are skipped.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED with the line's number for a line without an id.
 */
export function labelledQueries(lines: string): LabelledQuery[] {
  const answers = new Map<string, string[]>();
  for (const [index, line] of lines
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [question = '', id = ''] = line.split('\t').map((part) => part.trim());
    if (question === '' || id === '') {
      throw invalid(`line ${index + 1}`, `Line ${index + 1} is not "question<TAB>id".`);
    }
    answers.set(question, [...(answers.get(question) ?? []), id]);
  }
  return [...answers].map(([question, ids]) => ({ question, answers: ids }));
}
