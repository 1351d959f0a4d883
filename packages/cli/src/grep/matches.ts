import { dot } from '@nearfield/spec';
import type { CachedVectors } from './cached-vectors.ts';
import type { Passage } from './passages.ts';

/** A passage that is about what was looked for. */
export interface Match {
  readonly passage: Passage;
  /** Cosine of the passage and the query. */
  readonly score: number;
  /** Position of the line of the passage that is nearest to the query, among the file's lines. */
  readonly line: number;
}

export interface MatchOptions {
  /** Least cosine of a match. */
  readonly threshold: number;
  /** Matches at most. */
  readonly top: number;
  /** Matches of a file at most. */
  readonly perFile: number;
  readonly queryTask?: string | undefined;
  readonly passageTask?: string | undefined;
}

/** Passages that are about a query, the nearest first; of equal ones the first. */
export async function matchesOf(
  query: string,
  passages: readonly Passage[],
  vectors: CachedVectors,
  { threshold, top, perFile, queryTask, passageTask }: MatchOptions,
): Promise<Match[]> {
  const [wanted] = await vectors.of([query], queryTask);
  const found = await vectors.of(
    passages.map(({ text }) => text),
    passageTask,
  );
  const ranked = passages
    .map((passage, index) => ({ passage, score: dot(wanted!, found[index]!) }))
    .filter(({ score }) => score >= threshold)
    .sort((one, other) => other.score - one.score);
  const shown = new Map<unknown, Set<string>>();
  const best = ranked.filter(({ passage: { file, first, last } }) => {
    const lines = shown.get(file) ?? new Set();
    shown.set(file, lines);
    // A line that is longer than a passage is in several.
    const isNew = !lines.has(`${first}-${last}`) && lines.size < perFile;
    if (isNew) lines.add(`${first}-${last}`);
    return isNew;
  });
  return nearestLines(best.slice(0, top), wanted!, vectors, passageTask);
}

/** Finds the line of each passage that says most of what the query asks for. */
async function nearestLines(
  matches: readonly Omit<Match, 'line'>[],
  query: Float32Array,
  vectors: CachedVectors,
  task: string | undefined,
): Promise<Match[]> {
  const candidates = matches.map(({ passage: { file, first, last } }) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((line) =>
      /[\p{L}\p{N}]/u.test(file.lines[line]!),
    ),
  );
  // A passage of one line needs no second look.
  const texts = matches.flatMap(({ passage: { file } }, index) =>
    candidates[index]!.length > 1 ? candidates[index]!.map((line) => file.lines[line]!.trim()) : [],
  );
  const found = (await vectors.of(texts, task)).values();
  return matches.map((match, index) => {
    const lines = candidates[index]!;
    let best = { line: lines[0] ?? match.passage.first, score: Number.NEGATIVE_INFINITY };
    if (lines.length > 1) {
      for (const line of lines) {
        const score = dot(query, found.next().value!);
        if (score > best.score) best = { line, score };
      }
    }
    return { ...match, line: best.line };
  });
}
