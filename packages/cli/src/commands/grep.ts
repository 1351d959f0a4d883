import { text as textOf } from 'node:stream/consumers';
import { choiceOf, countOf, numberOf } from '../arguments.ts';
import { cacheFolder } from '../cache-folder.ts';
import { type CommandContext, defineCommand, type OptionValues, UsageError } from '../command.ts';
import { chosenModel } from '../foundation.ts';
import { CachedVectors } from '../grep/cached-vectors.ts';
import { type Match, matchesOf } from '../grep/matches.ts';
import { COLOR_CHOICES, GREP_OPTIONS, PASSAGE_LENGTH, THRESHOLD, TOP } from '../grep/options.ts';
import { fileOf, type GrepFile, type Passage, passagesOf, readTextFile } from '../grep/passages.ts';
import { pipedLines, STANDARD_INPUT } from '../grep/piped-lines.ts';
import { matchLines, painter } from '../grep/print.ts';
import { openStore } from '../grep/store.ts';
import { walk } from '../grep/walk.ts';
import { MODEL_CHOICE_OPTIONS } from '../options.ts';
import { formatOf, OUTPUT_OPTIONS, printJson, printJsonLines } from '../output.ts';
import { ProgressLine } from '../progress.ts';
import { taskOf } from '../vectors.ts';

const OPTIONS = { ...GREP_OPTIONS, ...OUTPUT_OPTIONS, ...MODEL_CHOICE_OPTIONS };
type Values = OptionValues<typeof OPTIONS>;

/** Statuses of grep. */
const FOUND = 0;
const NOTHING_FOUND = 1;
const TROUBLE = 2;

export const grep = defineCommand({
  synopsis: 'MEANING [FILE ...]',
  summary: 'search files by meaning',
  options: OPTIONS,
  details: `MEANING is a question or a description in words, not a pattern. Prints the lines that are nearest to it, the best
first. A directory is searched with all below it, the working directory by default; binary files, hidden files, what
git ignores and node_modules are left out. Lines on standard input, such as grep's own output, are put in order.
Status: 0 for matches, 1 for none, 2 for trouble.`,
  examples: [
    'nearfield grep "retry after a failed request" src',
    'nearfield grep -rn -C 2 --include "*.md" "how to reset a password" docs',
    'nearfield grep -l --threshold 0.4 "database connection" .',
    'grep -rn error src | nearfield grep "error handling"',
  ],
  failure: TROUBLE,
  async run({ values, positionals: [query, ...paths] }, context) {
    if (query === undefined || query.trim() === '') throw new UsageError('Say what to look for, in quotes.');
    const options = readOptions(values, context);
    const isPiped = (paths.length === 0 && !options.recursive && !context.terminal.stdin) || paths[0] === '-';
    const { stderr } = context;
    let trouble = false;
    const complain = (path: string, { code, message }: NodeJS.ErrnoException): void => {
      trouble = true;
      const why =
        code === 'ENOENT' ? 'No such file or directory' : code === 'EACCES' ? 'Permission denied' : message;
      if (!values['no-messages']) stderr(`nearfield grep: ${path}: ${why}\n`);
    };
    const chosen = await chosenModel('embed', values, context.env);
    const progress = new ProgressLine(context);
    const folder = values.cache === 'none' ? undefined : (values.cache ?? cacheFolder(context.env));
    const store = openStore(folder, chosen);
    try {
      const vectors = new CachedVectors(chosen.foundation, chosen.model, store, progress);
      const files: GrepFile[] = [];
      const passages: Passage[] = [];
      if (isPiped) {
        const piped = pipedLines(await textOf(context.stdin));
        files.push(piped.file);
        passages.push(...piped.passages);
      } else {
        const wanted = paths.length > 0 ? paths : ['.'];
        for await (const path of walk(wanted, { ...options.walk, onProblem: complain })) {
          progress.show(`${files.length} files read`);
          const text = await readTextFile(path).catch((error: NodeJS.ErrnoException) =>
            complain(path, error),
          );
          if (text === undefined) continue;
          const file = fileOf(path, text);
          files.push(file);
          passages.push(...(await passagesOf(chosen.foundation, file, options.length)));
        }
      }
      const matches = await matchesOf(query, passages, vectors, {
        ...options.match,
        queryTask: taskOf(chosen.model, 'retrieval.query', 'nl2code.query'),
        passageTask: taskOf(chosen.model, 'retrieval.passage', 'nl2code.passage'),
      });
      progress.clear();
      print(matches, files, options, context, isPiped);
      const isFound = options.mode === 'without' ? matches.length < files.length : matches.length > 0;
      if (trouble && !(options.mode === 'quiet' && isFound)) return TROUBLE;
      return isFound ? FOUND : NOTHING_FOUND;
    } finally {
      progress.clear();
      store.close();
      await chosen.foundation.close();
    }
  },
});

type Mode = 'lines' | 'json' | 'jsonl' | 'with' | 'without' | 'count' | 'quiet';

/** The options as numbers and choices. @throws UsageError */
function readOptions(values: Values, { terminal, env }: CommandContext) {
  const format = formatOf(values);
  const mode: Mode = values.quiet
    ? 'quiet'
    : values['files-with-matches']
      ? 'with'
      : values['files-without-match']
        ? 'without'
        : values.count
          ? 'count'
          : format === 'text'
            ? 'lines'
            : format;
  const isPerFile = mode === 'with' || mode === 'without' || mode === 'count';
  const top = countOf('top', values.top) ?? countOf('top-k', values['top-k']);
  const threshold = numberOf('threshold', values.threshold, [-1, 1]);
  const around = countOf('context', values.context, 0) ?? 0;
  const when = choiceOf('color', COLOR_CHOICES, values.color) ?? 'auto';
  const isColored =
    when === 'auto' ? terminal.stdout && !env.NO_COLOR && env.TERM !== 'dumb' : when === 'always';
  return {
    mode,
    recursive: values.recursive || values['dereference-recursive'] || false,
    length: countOf('length', values.length) ?? PASSAGE_LENGTH,
    names: values['with-filename'] ? true : values['no-filename'] ? false : undefined,
    match: {
      threshold: threshold ?? (top === undefined ? THRESHOLD : -1),
      top: top ?? (isPerFile ? Number.POSITIVE_INFINITY : TOP),
      perFile: countOf('max-count', values['max-count']) ?? Number.POSITIVE_INFINITY,
    },
    print: {
      withLine: values['line-number'] ?? false,
      withScore: values.score ?? false,
      before: countOf('before-context', values['before-context'], 0) ?? around,
      after: countOf('after-context', values['after-context'], 0) ?? around,
      whole: values.passage ?? false,
      color: isColored,
    },
    walk: {
      include: values.include,
      exclude: values.exclude,
      excludeFolders: values['exclude-dir'],
      hidden: values.hidden ?? false,
      ignored: values['no-ignore'] ?? false,
      followLinks: values['dereference-recursive'] ?? false,
    },
  };
}

function print(
  matches: readonly Match[],
  files: readonly GrepFile[],
  { mode, names, print: how }: ReturnType<typeof readOptions>,
  context: CommandContext,
  isPiped: boolean,
): void {
  const { stdout } = context;
  const paint = painter(how.color);
  const withName = names ?? (!isPiped && files.length > 1);
  const counts = new Map<GrepFile, number>(files.map((file) => [file, 0]));
  for (const { passage } of matches) counts.set(passage.file, counts.get(passage.file)! + 1);
  switch (mode) {
    case 'quiet':
      return;
    case 'with':
      for (const file of new Set(matches.map(({ passage }) => passage.file))) {
        stdout(`${paint('magenta', file.path)}\n`);
      }
      return;
    case 'without':
      for (const [file, count] of counts) if (count === 0) stdout(`${paint('magenta', file.path)}\n`);
      return;
    case 'count':
      for (const [file, count] of counts) {
        stdout(`${withName ? paint('magenta', file.path) + paint('cyan', ':') : ''}${count}\n`);
      }
      return;
    case 'json':
      printJson(matches.map(recordOf), context);
      return;
    case 'jsonl':
      printJsonLines(matches.map(recordOf), context);
      return;
    case 'lines': {
      const isGrouped = how.before + how.after > 0 || how.whole;
      for (const [index, match] of matches.entries()) {
        if (isGrouped && index > 0) stdout(`${paint('cyan', '--')}\n`);
        stdout(matchLines(match, { ...how, withName }));
      }
    }
  }
}

/** A match for programs. Lines count from 1. */
const recordOf = ({ passage: { file, first, last, text }, line, score }: Match) => ({
  ...(file.path === STANDARD_INPUT ? {} : { file: file.path }),
  line: line + 1,
  start_line: first + 1,
  end_line: last + 1,
  score,
  text,
});
