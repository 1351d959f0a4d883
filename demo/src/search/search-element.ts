import { AppElement } from '../elements/app-element.ts';
import { type Searching, searchingOf } from './searching.ts';

/** A part of the search page: it renders the state of searching beside the app's. */
export abstract class SearchElement extends AppElement {
  #unsubscribe: (() => void)[] = [];

  protected get page(): Searching {
    return searchingOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const render = (): void => this.requestUpdate();
    this.#unsubscribe = [this.page.subscribe(render), this.page.call.subscribe(render)];
  }

  override disconnectedCallback(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    super.disconnectedCallback();
  }
}
