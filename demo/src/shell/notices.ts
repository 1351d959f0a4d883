import { FoundationError } from '@nearfield/spec';
import { type AppState, reachOf } from './app-state.ts';
import type { ProblemOrigin } from './problem-origin.ts';
import { describeProblem, type Place, type Problem } from './problems.ts';
import { Store } from './store.ts';

/** What the visitor is to know: problems, and what happened. */
export abstract class Notices extends Store<AppState> {
  readonly #toastTime: number;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param toastTime milliseconds that a toast is shown */
  constructor(initial: AppState, toastTime: number) {
    super(initial);
    this.#toastTime = toastTime;
  }

  /** Where answers come from in the current mode: what to do about an error depends on it. */
  abstract get where(): Place;

  /** The server said that it answers only with a key. */
  protected abstract keyWanted(): void;

  /**
   * Shows an error in words.
   * @param options.empty whether the call was about no text at all
   * @param options.place where the answer was to come from; default: by the mode
   */
  report(error: unknown, origin: ProblemOrigin, { empty = false, place = this.where } = {}): void {
    this.noteAnswer(error, place);
    this.#addProblem(describeProblem(error, origin, { empty, place }));
  }

  /** Shows a problem. */
  show(problem: Problem): void {
    this.#addProblem(problem);
  }

  /** Notes that the server answered, or how it failed to. */
  noteAnswer(error?: unknown, { where } = this.where): void {
    // In Auto the router says who answered.
    if (where === 'here' || where === 'either') return;
    const reach = error === undefined ? 'answered' : reachOf(error);
    if (reach !== undefined && reach !== this.state.reach) this.update({ reach });
    if (FoundationError.isInstance(error) && error.code === 'AUTH_MISSING_API_KEY') this.keyWanted();
  }

  /** Takes away the problems of earlier attempts. */
  forget(origin: ProblemOrigin): void {
    if (this.state.problems.some((problem) => problem.origin === origin)) {
      this.update({ problems: this.state.problems.filter((problem) => problem.origin !== origin) });
    }
  }

  /** Takes away the problems that were of another foundation or model. Files are as unreadable as before. */
  forgetAll(): void {
    this.update({ problems: this.state.problems.filter(({ origin }) => origin === 'files') });
  }

  /** Tells screen readers, and shows it for a while. */
  announce(text: string): void {
    this.announceQuietly(text);
    this.update({ toast: this.state.announcement });
    this.releaseToast();
  }

  /** Tells screen readers what the page shows anyway. */
  announceQuietly(text: string): void {
    this.update({ announcement: { id: this.state.announcement.id + 1, text } });
  }

  /** Keeps the toast while it is being read. */
  holdToast(): void {
    clearTimeout(this.#toastTimer);
  }

  /** Takes the toast away in a while. */
  releaseToast(): void {
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.update({ toast: undefined }), this.#toastTime);
  }

  dismiss(problem: Problem): void {
    this.update({ problems: this.state.problems.filter((other) => other !== problem) });
  }

  #addProblem(problem: Problem): void {
    // The same trouble met twice, by the question and by indexing, is said once.
    const others = this.state.problems.filter(
      (other) => other.code !== problem.code || other.message !== problem.message,
    );
    this.update({ problems: [...others, problem] });
  }
}
