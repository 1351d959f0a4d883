import { type ClassifierSummary, type ExportedClassifier, FoundationError, LIMITS } from '@nearfield/spec';
import type { App, Side } from '../shell/app.ts';
import { visitorMessage } from '../shell/contract-words.ts';
import { formatPlural } from '../shell/format.ts';
import { EMBEDDED_MODEL } from '../shell/model-choices.ts';
import { type Asked, ModelPageState, perApp } from '../shell/page-state.ts';
import { saveFile } from '../shell/save-file.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { linesOf } from '../text/lines.ts';
import { type Classified, classified } from './classified.ts';
import { classifyAll, trainAll } from './classify-all.ts';
import { readExampleLines } from './example-lines.ts';
import { SAMPLE_EXAMPLES, SAMPLE_QUESTIONS } from './sample-texts.ts';

export interface Example {
  id: number;
  text: string;
  label: string;
}

interface ExamplesState {
  models: Record<Side, string>;
  examples: readonly Example[];
  /** As typed; empty for the API's own. */
  iterations: string;
  /** Classifiers of the current mode; undefined until they were asked for. */
  classifiers: readonly ClassifierSummary[] | undefined;
  /** Id of the classifier that is tested and updated. */
  chosen: string | undefined;
  /** What training last did, in a sentence. */
  trained: string | undefined;
  texts: string;
  result: (Classified<string> & Asked) | undefined;
  /** What is in the box for many examples: also the lines of it that were not understood. */
  lines: string;
  /** How many lines those are; 0 before any was tried. */
  notUnderstood: number;
}

let nextExample = 0;

const exampleOf = (text: string, label: string): Example => ({ id: nextExample++, text, label });

/** Classifiers made from examples. */
export class Examples extends ModelPageState<ExamplesState> {
  constructor(app: App) {
    super(app, 'classify', {
      models: { local: EMBEDDED_MODEL, remote: 'jina-embeddings-v3' },
      examples: SAMPLE_EXAMPLES.map(({ text, label }) => exampleOf(text, label)),
      iterations: '',
      classifiers: undefined,
      chosen: undefined,
      trained: undefined,
      texts: SAMPLE_QUESTIONS.join('\n'),
      result: undefined,
      lines: '',
      notUnderstood: 0,
    });
    app.watchTabs((what) => {
      if (what === 'classifiers') void this.#listQuietly();
    });
  }

  /** The examples that say something. */
  get #input(): { text: string; label: string }[] {
    return this.state.examples
      .map(({ text, label }) => ({ text: text.trim(), label: label.trim() }))
      .filter(({ text, label }) => text !== '' || label !== '');
  }

  get labels(): string[] {
    return [...new Set(this.#input.map(({ label }) => label))].filter((label) => label !== '');
  }

  addExample(): void {
    this.update({ examples: [...this.state.examples, exampleOf('', '')] });
  }

  /** Takes the examples out of the box. Lines that were not understood stay in it. */
  addLines(): void {
    const { examples, rest } = readExampleLines(this.state.lines, this.labels);
    // Rows that say nothing yet would stay above what was added.
    const filled = this.state.examples.filter(({ text, label }) => text.trim() !== '' || label.trim() !== '');
    this.update({
      lines: rest.join('\n'),
      notUnderstood: rest.length,
      ...(examples.length > 0 && {
        examples: [...filled, ...examples.map(({ text, label }) => exampleOf(text, label))],
      }),
    });
    const left =
      rest.length > 0 ? ` ${formatPlural(rest.length, 'line was', 'lines were')} not understood.` : '';
    this.app.announce(`${formatPlural(examples.length, 'example')} added.${left}`);
  }

  setExample(id: number, changes: Partial<Omit<Example, 'id'>>): void {
    this.gaps.clear('examples');
    this.update({
      examples: this.state.examples.map((each) => (each.id === id ? { ...each, ...changes } : each)),
    });
  }

  removeExample(id: number): void {
    this.update({ examples: this.state.examples.filter((each) => each.id !== id) });
  }

  clearExamples(): void {
    this.update({ examples: [exampleOf('', '')] });
  }

  choose(chosen: string): void {
    this.update({ chosen, result: undefined });
  }

  /** Forgets the list of another mode or server. */
  forgetClassifiers(): void {
    this.update({ classifiers: undefined, chosen: undefined, trained: undefined, result: undefined });
  }

  /** Follows what another tab did, without a word and without disturbing what runs. */
  async #listQuietly(): Promise<void> {
    const { app } = this;
    if (app.state.mode === 'remote' || this.state.classifiers === undefined) return;
    try {
      const { departure } = app;
      const classifiers = await app.foundation().classifiers.list();
      if (!departure.aborted && this.state.classifiers !== undefined) this.#showList(classifiers);
    } catch {
      // The list here is as good as before; the next thing that is done with it says what is wrong.
    }
  }

  /** Tells the other tabs that the classifiers of this browser changed. */
  #changed(): void {
    if (this.app.side === 'local') this.app.shared('classifiers');
  }

  /** What is missing in the examples; undefined where nothing is. */
  #exampleGap(update: boolean): string | undefined {
    const input = this.#input;
    if (input.length === 0) return 'Write at least two examples with different labels.';
    const half = this.state.examples.findIndex(
      ({ text, label }) => (text.trim() === '') !== (label.trim() === ''),
    );
    if (half >= 0) {
      const missing = this.state.examples[half]!.text.trim() === '' ? 'text' : 'label';
      return `Example ${half + 1} has no ${missing}.`;
    }
    if (!update && this.labels.length < LIMITS.train.minLabels)
      return 'Give examples of at least two labels: with one there is nothing to choose between.';
    return undefined;
  }

  /** Gets the list of classifiers. */
  async list(): Promise<void> {
    const classifiers = await this.call.run((foundation, options) => foundation.classifiers.list(options));
    if (classifiers) this.#showList(classifiers);
  }

  /** Trains a new classifier, or the chosen one further. */
  async train(update: boolean): Promise<void> {
    const { iterations, chosen } = this.state;
    const { model } = this;
    const count = iterations.trim() === '' ? {} : { num_iters: Number(iterations) };
    const input = this.#input;
    if (!this.gaps.check({ examples: this.#exampleGap(update && chosen !== undefined) })) return;
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      // Only its owner needs it.
      const target =
        update && chosen !== undefined ? { classifier_id: chosen } : { model, access: 'private' as const };
      const response = await trainAll(foundation, target, input, { ...watch.around(options), ...count });
      const took = watch.elapsed;
      return { response, took, classifiers: await foundation.classifiers.list({ signal: options.signal }) };
    });
    if (!done) return;
    const { response, took, classifiers } = done;
    const samples = formatPlural(response.num_samples, 'example');
    const by = this.answeredBy(response);
    const trained = update
      ? `${samples} more, ${Math.round(took)} ms.`
      : `${samples} by ${by.model} ${by.answerer.place}, ${Math.round(took)} ms.`;
    this.update({ trained, chosen: response.classifier_id, result: undefined });
    this.#showList(classifiers);
    this.#changed();
    this.app.announceQuietly(`Trained. ${trained}`);
  }

  /** What the test asks for, in a form that can be compared. */
  get asked(): string {
    const { chosen, texts } = this.state;
    return JSON.stringify([this.app.state.mode, chosen, linesOf(texts)]);
  }

  protected override dropResult(): void {
    this.update({ result: undefined });
  }

  async classify(): Promise<void> {
    const { chosen, texts } = this.state;
    if (chosen === undefined) return;
    const { asked } = this;
    const input = linesOf(texts);
    if (!this.gaps.check({ 'test-texts': input.length === 0 && 'Write at least one text to test it with.' }))
      return;
    const name =
      this.state.classifiers?.find(({ classifier_id }) => classifier_id === chosen)?.model ??
      'the classifier';
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response = await classifyAll(foundation, { classifier_id: chosen }, input, watch.around(options));
      const took = watch.elapsed;
      // It was used once more, which the list says; without it the result is as good.
      const classifiers = await foundation.classifiers
        .list({ signal: options.signal })
        .catch(() => undefined);
      return { response, took, classifiers };
    });
    if (!done) return;
    const answerer = this.app.answererOf(done.response);
    const { took } = done;
    this.update({ result: { ...classified(input, done.response), answerer, model: name, took, asked } });
    if (done.classifiers) this.#showList(done.classifiers);
    this.#changed();
    this.app.announceQuietly(`${formatPlural(input.length, 'text')} classified.`);
  }

  async delete(id: string): Promise<void> {
    const classifiers = await this.call.run(async (foundation, options) => {
      await foundation.classifiers.delete(id, options);
      return foundation.classifiers.list({ signal: options.signal });
    });
    if (!classifiers) return;
    this.#showList(classifiers);
    this.#changed();
    this.app.announce('The classifier is deleted.');
  }

  async export(id: string): Promise<void> {
    const exported = await this.call.run((foundation, options) => {
      if (!foundation.classifiers.export) throw onlyLocal('classifiers.export');
      return foundation.classifiers.export(id, options);
    });
    if (!exported) return;
    const json = JSON.stringify(exported);
    saveFile(`classifier-${id.slice(0, 8)}.json`, new Blob([json], { type: 'application/json' }));
  }

  async import(file: File): Promise<void> {
    const done = await this.call.run(async (foundation, options) => {
      const { classifiers } = foundation;
      if (!classifiers.import) throw onlyLocal('classifiers.import');
      const exported = await readExport(file);
      const imported = await classifiers.import(exported, options).catch((error: unknown) => {
        throw notImported(error, file.name);
      });
      return { imported, classifiers: await foundation.classifiers.list({ signal: options.signal }) };
    });
    if (!done) return;
    this.update({ chosen: done.imported.classifier_id, result: undefined });
    this.#showList(done.classifiers);
    this.#changed();
    this.app.announce(`${file.name} is imported.`);
  }

  #showList(classifiers: readonly ClassifierSummary[]): void {
    const chosen =
      classifiers.find(({ classifier_id }) => classifier_id === this.state.chosen) ?? classifiers[0];
    const same = chosen?.classifier_id === this.state.chosen;
    this.update({
      classifiers,
      chosen: chosen?.classifier_id,
      ...(!same && { result: undefined, trained: undefined }),
    });
  }
}

const onlyLocal = (method: string): FoundationError =>
  new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `${method} is not supported here: the server keeps its classifiers. Only local classifiers are files.`,
    param: method,
  });

/** Parses an exported classifier; whether it is one is for the foundation to say. */
async function readExport(file: File): Promise<ExportedClassifier> {
  try {
    return JSON.parse(await file.text()) as ExportedClassifier;
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `${file.name} is not JSON. Choose a file that was exported here.`,
      cause,
    });
  }
}

/** What does not fit in a file is said of the file. */
function notImported(error: unknown, name: string): unknown {
  if (!FoundationError.isInstance(error) || error.code !== 'INPUT_VALIDATION_FAILED') return error;
  const foreign = error.issues?.some(({ field }) => field === 'format' || field === 'body') ?? false;
  return new FoundationError({
    code: error.code,
    message: foreign
      ? `${name} is no classifier. Choose a file that was exported here.`
      : `${name} is no complete classifier. ${visitorMessage(error, 'classify')}`,
    cause: error,
  });
}

export const examplesPageOf = perApp((app) => new Examples(app));
