/** Many texts or pictures classified with what was learnt: with progress, and resumed where it stopped. */
import { FoundationError } from '@nearfield/spec';
import type { PlacedFile } from '../elements/dropped-files.ts';
import { PageCall } from '../shell/page-call.ts';
import { Store } from '../shell/store.ts';
import { words } from '../words/language.ts';
import { batchKey, batchResultsKey } from './keeper.ts';
import { answer, isNone } from './learner.ts';
import { network } from './network.ts';
import { readFiles } from './read-files.ts';
import type { Teaching } from './teaching.ts';
import { type Content, embedContents } from './vectors.ts';

/** A text, or a picture with its name. */
interface BatchRow {
  text: string;
  picture?: Blob | undefined;
}

export interface BatchResult {
  text: string;
  /** Undefined for none of the classes. */
  label: string | undefined;
  score: number;
  scores: Readonly<Record<string, number>>;
}

interface BatchState {
  /** What is classified, such as a file's name; undefined without a batch. */
  name: string | undefined;
  total: number;
  results: readonly BatchResult[];
  running: boolean;
  /** Milliseconds that are left at the pace so far. */
  left: number | undefined;
}

/** Items of a request: what is lost when a tab is killed. */
const REQUEST = 32;

const NONE: BatchState = { name: undefined, total: 0, results: [], running: false, left: undefined };

/** The batch of the project that is open. */
export class Batch extends Store<BatchState> {
  readonly #teaching: Teaching;
  readonly #call: PageCall;
  #rows: readonly BatchRow[] = [];
  #project: string | undefined;

  constructor(teaching: Teaching) {
    super(NONE);
    this.#teaching = teaching;
    this.#call = new PageCall(teaching.app, 'classify', { forget: 'success' });
  }

  /** Looks whether a batch of the project that is open was not finished, or finished on an earlier visit. */
  async restore(): Promise<void> {
    const id = this.#teaching.project?.id;
    if (id === this.#project) return;
    this.#call.cancel();
    this.#project = id;
    this.#rows = [];
    this.update(NONE);
    if (id === undefined) return;
    const { keeper } = this.#teaching;
    const kept = await keeper.kept<{ name: string; rows: BatchRow[] }>(batchKey(id)).catch(() => undefined);
    const results = await keeper.kept<BatchResult[]>(batchResultsKey(id)).catch(() => undefined);
    if (!kept || this.#project !== id || this.state.name !== undefined) return;
    this.#rows = kept.rows;
    this.update({ name: kept.name, total: kept.rows.length, results: results ?? [] });
  }

  /** Classifies the content of files. */
  async start(files: readonly PlacedFile[]): Promise<void> {
    const { project, keeper, app } = this.#teaching;
    if (!project || files.length === 0) return;
    const { additions, refused } = await readFiles(files, project.kind, []);
    if (refused.length > 0) {
      const message = refused.slice(0, 5).join(' ');
      app.report(new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message }), 'classify');
    }
    if (additions.length === 0) return;
    this.#project = project.id;
    this.#rows = additions.map(({ text, picture }) => ({ text, ...(picture && { picture }) }));
    const [first] = files;
    const name =
      files.length === 1
        ? first!.file.name
        : (first!.path.split('/').at(-2) ?? words().counts.files(files.length));
    this.update({ ...NONE, name, total: this.#rows.length });
    await keeper.keep(batchResultsKey(project.id), []);
    await keeper.keep(batchKey(project.id), { name, rows: this.#rows });
    await this.resume();
  }

  /** Goes on where it stopped, with what is learnt by now. */
  async resume(): Promise<void> {
    const teaching = this.#teaching;
    const { project, model, keeper, app } = teaching;
    const { learnt } = teaching.learner.state;
    if (!project || !learnt || this.state.running || teaching.needsConsent) return;
    const rows = this.#rows;
    const began = performance.now();
    const before = this.state.results.length;
    this.update({ running: true, left: undefined });
    const done = await this.#call.run(async (_, { signal, onProgress }) => {
      let results = this.state.results;
      while (results.length < rows.length) {
        const part = rows.slice(results.length, results.length + REQUEST);
        const contents = part.map(({ text, picture }): Content => (picture ? { image: picture } : { text }));
        const vectors = await embedContents(teaching.foundation, model, contents, {
          ...{ signal, priority: 'bulk' },
          onProgress: (event) => {
            network.note(event);
            onProgress?.(event);
          },
        });
        const { threshold } = teaching.learner.state.evaluation ?? {};
        results = [
          ...results,
          ...part.map(({ text }, index): BatchResult => {
            const found = answer(learnt, vectors[index]!);
            const { prediction, score, predictions } = found.choice;
            return {
              ...{ text, score, label: isNone(found, threshold) ? undefined : prediction },
              scores: Object.fromEntries(predictions.map((each) => [each.label, each.score])),
            };
          }),
        ];
        await keeper.keep(batchResultsKey(project.id), results);
        signal?.throwIfAborted();
        const pace = (performance.now() - began) / (results.length - before);
        this.update({ results, left: pace * (rows.length - results.length) });
      }
      return true;
    });
    this.update({ running: false, left: undefined });
    if (done) app.announce(words().teach.batchDone(rows.length));
  }

  cancel(): void {
    this.#call.cancel();
  }

  /** Takes the batch away. */
  async remove(): Promise<void> {
    this.cancel();
    const id = this.#project;
    this.#rows = [];
    this.update(NONE);
    if (id === undefined) return;
    await this.#teaching.keeper.forget(batchKey(id));
    await this.#teaching.keeper.forget(batchResultsKey(id));
  }
}

/** A cell of CSV (RFC 4180). A formula of a spreadsheet is led in by a quote, so that it stays a text. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Results as a table: the text, its label, the label's score, then the score of every label. */
export function resultsAsCsv(results: readonly BatchResult[]): string {
  const labels = Object.keys(results[0]?.scores ?? {});
  const head = ['text', 'label', 'score', ...labels.map((label) => `score: ${label}`)];
  const rows = results.map(({ text, label, score, scores }) => [
    ...[text, label ?? '', score],
    ...labels.map((each) => scores[each] ?? 0),
  ]);
  return `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

export const resultsAsJson = (results: readonly BatchResult[]): string =>
  JSON.stringify(
    results.map(({ label, ...result }) => ({ ...result, label: label ?? null })),
    undefined,
    2,
  );
