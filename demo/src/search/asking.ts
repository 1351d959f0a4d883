import type { FacetCounts } from '@nearfield/search';
import type { App } from '../shell/app.ts';
import { PageCall } from '../shell/page-call.ts';
import type { Answered } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import { type Choices, chosenPairs } from './filters/choices.ts';
import type { LiveSession, SearchRequest } from './live-session.ts';

/** Milliseconds of the last question, and who embedded it. */
interface Timings extends Answered {
  embed: number;
  search: number;
  tokens: number;
}

/** A question, and what is known of its answers. */
export interface AskingState<Answer> {
  question: string;
  /** Undefined until a question was answered. */
  answers: readonly Answer[] | undefined;
  /** The question that the answers belong to; while a new one is on its way, the one before. */
  answered: string | undefined;
  /** How many of what the question is about have each value of a filter. */
  found: FacetCounts | undefined;
  searching: boolean;
  timings: Timings | undefined;
  /** Whether the answers are those that need no model. */
  withoutModel: boolean;
  /** Whether those could not be fetched for the last question. */
  aheadFailed: boolean;
}

/** A question that was embedded. */
interface Embedded<Session> extends Answered {
  session: Session;
  question: string;
  vector: Float32Array;
  tokens: number;
  /** Milliseconds. */
  embed: number;
}

/** The best part of each answer, which takes more vectors to be known. */
export interface Marks<Answer, Session> {
  /** Answers with their best parts, as far as these are known. */
  mark(session: Session, vector: Float32Array, answers: readonly Answer[]): readonly Answer[];
  /** Embeds what is missing for that. */
  embed(session: Session, answers: readonly Answer[], signal: AbortSignal): Promise<void>;
}

export interface AskingOptions<Answer, Session extends LiveSession> {
  /** Milliseconds without a key before a question is asked. */
  debounce: number;
  /** Answers shown. */
  limit: number;
  /** The page's state, of which this is a part. */
  state(): AskingState<Answer> & { indexed: number; filters: Choices };
  update(changes: Partial<AskingState<Answer> & { justIndexed: boolean }>): void;
  session(): Session;
  model(): string;
  /** Finds what answers a question. */
  search(
    session: Session,
    question: string,
    vector: Float32Array,
    request: SearchRequest,
  ): Promise<{ answers: readonly Answer[]; facets: FacetCounts }>;
  /** Default: answers have no parts. */
  marks?: Marks<Answer, Session>;
  /**
   * Answers a question while nothing is indexed. Undefined: there is nothing to answer from. Default: nothing answers.
   */
  answerAhead?:
    | ((
        question: string,
        request: SearchRequest,
        signal: AbortSignal | undefined,
      ) => Promise<{ answers: readonly Answer[]; facets: FacetCounts } | undefined>)
    | undefined;
  /** That so many were found, in a sentence. */
  foundText(count: number): string;
}

export const NO_ANSWERS = {
  answers: undefined,
  answered: undefined,
  found: undefined,
  timings: undefined,
  withoutModel: false,
  aheadFailed: false,
};

/** Asks a question as it is being typed, and again as what can be found comes and goes. */
export class Asking<Answer, Session extends LiveSession> {
  readonly #app: App;
  readonly #options: AskingOptions<Answer, Session>;
  readonly #call: PageCall;
  /** A question that waits for a pause in typing. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #marking: AbortController | undefined;
  #ahead: AbortController | undefined;
  /** The last question that was embedded, to search again while indexing goes on. */
  #asked: Embedded<Session> | undefined;

  constructor(app: App, options: AskingOptions<Answer, Session>) {
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
    if (state().indexed === 0) {
      if (this.#options.answerAhead) this.#timer = setTimeout(() => void this.#askAhead(question), delay);
      return;
    }
    update({ searching: true });
    this.#timer = setTimeout(() => void this.#ask(question), delay);
  }

  /** Stops, and takes the answers away. */
  end(): void {
    this.#stop();
    this.#asked = undefined;
    this.#options.update(NO_ANSWERS);
  }

  /** Answers the question again, whose filters have changed: its vector stays. */
  async filter(): Promise<void> {
    const { question, searching } = this.#options.state();
    if (question.trim() === '' || searching) return;
    if (!this.#asked) return this.soon(0);
    await this.#rank().catch((error: unknown) => this.#app.report(error, 'question'));
    this.#tell();
  }

  /** Answers the question again after something came or went. */
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
    this.#marking?.abort();
    this.#ahead?.abort();
    this.#options.update({ searching: false });
  }

  async #ask(question: string): Promise<void> {
    this.#timer = undefined;
    const { update } = this.#options;
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
      this.#tell();
    });
    if (this.#timer === undefined && !this.#call.state.running) update({ searching: false });
  }

  /** Nothing is indexed: what needs no model may answer. */
  async #askAhead(question: string): Promise<void> {
    this.#timer = undefined;
    this.#ahead?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    this.#ahead = controller;
    const { answerAhead, limit, state, update } = this.#options;
    try {
      const found = await answerAhead?.(question, { limit, filters: state().filters }, signal);
      if (signal.aborted || this.#asked) return;
      if (!found) {
        if (state().withoutModel || state().aheadFailed) update(NO_ANSWERS);
        return;
      }
      const { answers, facets } = found;
      update({
        answers,
        answered: question,
        found: facets,
        timings: undefined,
        withoutModel: true,
        aheadFailed: false,
      });
      this.#tell();
    } catch {
      // Without a network, say: no fault of the question's. The page says so in its place.
      if (signal.aborted || this.#asked) return;
      update({ ...NO_ANSWERS, aheadFailed: true });
      this.#app.announceQuietly(words().search.answers.notFetched);
    }
  }

  /** Tells screen readers how many were found. */
  #tell(): void {
    const { answers, filters } = this.#options.state();
    const found = this.#options.foundText(answers?.length ?? 0);
    const chosen = chosenPairs(filters).length;
    this.#app.announceQuietly(chosen === 0 ? found : `${found} ${words().search.filters.chosen(chosen)}`);
  }

  /** Finds what answers the last question among what is indexed now, then the best part of each. */
  async #rank(): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    const { session, question, vector, embed, tokens, answerer, model } = asked;
    const { limit, state, search: find, update } = this.#options;
    const { filters } = state();
    const started = performance.now();
    const { answers, facets } = await find(session, question, vector, { limit, filters });
    // Another question, or other filters, are being looked for.
    if (this.#asked !== asked || state().filters !== filters) return;
    const search = performance.now() - started;
    update({
      timings: { embed, search, tokens, answerer, model },
      answered: question,
      found: facets,
      withoutModel: false,
      aheadFailed: false,
    });
    this.#mark(answers);
    void this.#markAll();
  }

  #mark(answers: readonly Answer[]): void {
    if (!this.#asked) return;
    const { session, vector } = this.#asked;
    const { marks } = this.#options;
    this.#options.update({ answers: marks ? marks.mark(session, vector, answers) : answers });
  }

  /** Marks the best parts of the answers. These can be read without, so a failure is not reported. */
  async #markAll(): Promise<void> {
    const { marks, state } = this.#options;
    const { answers } = state();
    if (!marks || !this.#asked || !answers) return;
    this.#marking?.abort();
    const controller = new AbortController();
    this.#marking = controller;
    try {
      await marks.embed(this.#asked.session, answers, controller.signal);
    } catch {
      return;
    }
    if (!controller.signal.aborted) this.#mark(answers);
  }
}
