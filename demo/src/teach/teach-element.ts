import { AppElement } from '../elements/app-element.ts';
import { type Teaching, teachingOf } from './teaching.ts';

/** An element that renders the project that is open, what is learnt of it, and its calls. */
export abstract class TeachElement extends AppElement {
  declare protected page: Teaching;
  #unsubscribe: (() => void)[] = [];

  override connectedCallback(): void {
    this.page = teachingOf(this.app);
    super.connectedCallback();
    const render = (): void => this.requestUpdate();
    const { page } = this;
    this.#unsubscribe = [page, page.learner, page.call, page.trial, page.trial.call].map((store) =>
      store.subscribe(render),
    );
  }

  override disconnectedCallback(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    super.disconnectedCallback();
  }
}
