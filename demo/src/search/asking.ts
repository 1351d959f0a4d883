import type { App } from '../shell/app.ts';
import { PageCall } from '../shell/page-call.ts';
import type { Answered } from '../shell/page-state.ts';
import type { Span } from '../text/sentences.ts';
import { words } from '../words/language.ts';
import type { FoundPassage, SearchSession } from './session.ts';

/** A passage among the answers, with the sentence that fits best once it is known. */
export interface Answer extends FoundPassage {
  sentence?: Span | undefined;
}

/** Milliseconds of the last question, and who embedded it. */
interface Timings extends Answered {
  embed: number;
  search: number;
  tokens: number;
}

/** A question, and what is known of its answers. */
export interface AskingState {
  question: string;
  /** Undefined until a question was answered. */
  answers: readonly Answer[] | undefined;
  /** The question that the answers belong to; while a new one is on its way, the one before. */
  answered: string | undefined;
  searching: boolean;
  timings: Timings | undefined;
}

/** A question that was embedded. */
interface Embedded extends Answered {
  session: SearchSession;
  question: string;
  vector: Float32Array;
  tokens: number;
  /** Milliseconds. */
  embed: number;
}

export interface AskingOptions {
  /** Milliseconds without a key before a question is asked. */
  debounce: number;
  /** Answers shown. */
  limit: number;
  /** The page's state, of which this is a part. */
  state(): AskingState & { indexed: number };
  update(changes: Partial<AskingState & { justIndexed: boolean }>): void;
  session(): SearchSession;
  model(): string;
}

export const NO_ANSWERS = { answers: undefined, answered: undefined, timings: undefined };

/** Asks a question as it is being typed, and again as passages come and go. */
export class Asking {
  readonly #app: App;
  readonly #options: AskingOptions;
  readonly #call: PageCall;
  /** A question that waits for a pause in typing. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #highlighting: AbortController | undefined;
  /** The last question that was embedded, to search again while indexing goes on. */
  #asked: Embedded | undefined;

  constructor(app: App, options: AskingOptions) {
    this.#app = app;
    this.#options = options;
    this.#call = new PageCall(app, 'question', {
      forget: 'success',
      failed: () => {
        this.#asked = undefined;
        options.update({ searching: false, ...NO_ANSWERS });
      },
    });
  }

  /** Asks the question once nothing is typed for a while. */
  soon(delay = this.#options.debounce): void {
    this.#stop();
    const { state, update } = this.#options;
    const question = state().question.trim();
    if (question === '') {
      this.#asked = undefined;
      this.#app.forget('question');
      update(NO_ANSWERS);
      return;
    }
    if (state().indexed === 0) return;
    update({ searching: true });
    this.#timer = setTimeout(() => void this.#ask(question), delay);
  }

  /** Stops, and takes the answers away. */
  end(): void {
    this.#stop();
    this.#asked = undefined;
    this.#options.update(NO_ANSWERS);
  }

  /** Answers the question again after passages came or went. */
  async refresh(): Promise<void> {
    const { question, searching } = this.#options.state();
    if (question.trim() === '' || searching) return;
    if (this.#asked) await this.#rank().catch((error: unknown) => this.#app.report(error, 'question'));
    else if (!this.#app.state.problems.some(({ origin }) => origin === 'question')) this.soon(0);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#call.cancel();
    this.#highlighting?.abort();
    this.#options.update({ searching: false });
  }

  async #ask(question: string): Promise<void> {
    this.#timer = undefined;
    const { update, state } = this.#options;
    await this.#call.run(async (_, { signal }) => {
      const session = this.#options.session();
      const started = performance.now();
      const { vector, tokens, answer } = await session.embedQuestion(question, signal);
      signal?.throwIfAborted();
      const embed = performance.now() - started;
      const answerer = this.#app.answererOf(answer);
      this.#asked = { session, question, vector, tokens, embed, answerer, model: this.#options.model() };
      await this.#rank();
      signal?.throwIfAborted();
      update({ searching: false, justIndexed: false });
      const found = words().counts.passages(state().answers?.length ?? 0);
      this.#app.announceQuietly(words().search.answers.found(found));
    });
    if (this.#timer === undefined && !this.#call.state.running) update({ searching: false });
  }

  /** Finds the passages that answer the last question among those that are indexed now, then their best sentences. */
  async #rank(): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    const { session, question, vector, embed, tokens, answerer, model } = asked;
    const started = performance.now();
    const found = await session.search(question, vector, this.#options.limit);
    if (this.#asked !== asked) return;
    const search = performance.now() - started;
    this.#options.update({ timings: { embed, search, tokens, answerer, model }, answered: question });
    this.#mark(found);
    void this.#highlight();
  }

  /** Shows answers with their best sentences, as far as these are known. */
  #mark(answers: readonly Answer[]): void {
    if (!this.#asked) return;
    const { session, vector } = this.#asked;
    this.#options.update({
      answers: answers.map((answer) => ({
        ...answer,
        sentence: session.bestSentence(vector, answer.passage),
      })),
    });
  }

  /** Embeds the sentences of the answers. These can be read without, so a failure is not reported. */
  async #highlight(): Promise<void> {
    const { answers } = this.#options.state();
    if (!this.#asked || !answers) return;
    this.#highlighting?.abort();
    const controller = new AbortController();
    this.#highlighting = controller;
    const passages = answers.map(({ passage }) => passage);
    try {
      await this.#asked.session.embedSentences(passages, controller.signal);
    } catch {
      return;
    }
    if (!controller.signal.aborted) this.#mark(answers);
  }
}
