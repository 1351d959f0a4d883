import type { Answerer } from './answerer.ts';
import type { App, Side } from './app.ts';
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

/** Who gave an answer, as a page shows it. */
export interface Answered {
  answerer: Answerer;
  /** The model that gave it. */
  model: string;
}

interface WithModels {
  models: Record<Side, string>;
}

/** The state of a page that keeps a model for each side. */
export abstract class ModelPageState<State extends WithModels> extends PageState<State> {
  /** The model of the current mode; in Auto a name that stands for both sides'. */
  get model(): string {
    return this.app.modelOf(this.state.models);
  }

  setModel(model: string, side: Side = this.app.side): void {
    const name = model.trim();
    if (name === '' || name === this.state.models[side]) return;
    const changes: WithModels = { models: { ...this.state.models, [side]: name } };
    this.update(changes as Partial<State>);
  }

  /** The model that gave an answer, and where it computed. */
  answeredBy(answer: object): Answered {
    const answerer = this.app.answererOf(answer);
    return { answerer, model: this.state.models[answerer.side] };
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
