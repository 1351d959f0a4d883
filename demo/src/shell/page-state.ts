import type { App, Mode } from './app.ts';
import { Gaps } from './gaps.ts';
import { PageCall } from './page-call.ts';
import type { ProblemOrigin } from './problem-origin.ts';
import { Store } from './store.ts';

/** What a page can do, apart from how it looks. It lives as long as the app, so that leaving a page loses nothing. */
export abstract class PageState<State extends object> extends Store<State> {
  readonly app: App;
  readonly origin: ProblemOrigin;
  readonly call: PageCall;
  /** What is missing in the page's form. */
  readonly gaps = new Gaps();

  constructor(app: App, origin: ProblemOrigin, initial: State) {
    super(initial);
    this.app = app;
    this.origin = origin;
    this.call = new PageCall(app, origin, { failed: () => this.dropResult() });
  }

  /** Takes an earlier result away, which would look like the result of the request that failed. */
  protected dropResult(): void {}
}

/** A result and what it was made from, to tell when that has changed since. */
export interface Asked {
  /** What was asked for, in a form that can be compared. */
  asked: string;
}

interface WithModels {
  models: Record<Mode, string>;
}

/** The state of a page that keeps a model for each mode. */
export abstract class ModelPageState<State extends WithModels> extends PageState<State> {
  /** The model of the current mode. */
  get model(): string {
    return this.state.models[this.app.state.mode];
  }

  setModel(model: string): void {
    const name = model.trim();
    if (name === '' || name === this.model) return;
    const changes: WithModels = { models: { ...this.state.models, [this.app.state.mode]: name } };
    this.update(changes as Partial<State>);
  }

  /** The model and where it computes, for the end of a sentence. */
  get by(): string {
    return `${this.model} ${this.app.place}`;
  }
}

/** One value for each app, made when it is first asked for. */
export function perApp<Value>(create: (app: App) => Value): (app: App) => Value {
  const values = new WeakMap<App, Value>();
  return (app) => {
    let value = values.get(app);
    if (value === undefined) {
      value = create(app);
      values.set(app, value);
    }
    return value;
  };
}
