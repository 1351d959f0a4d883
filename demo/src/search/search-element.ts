import { AppElement } from '../elements/app-element.ts';
import { type PictureSearch, pictureSearchOf } from './pictures/picture-search.ts';
import { type Searching, searchingOf } from './searching.ts';

/** A part of the search page: it renders the state of both searches beside the app's. */
export abstract class SearchElement extends AppElement {
  #unsubscribe: (() => void)[] = [];

  protected get page(): Searching {
    return searchingOf(this.app);
  }

  protected get pictures(): PictureSearch {
    return pictureSearchOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const render = (): void => this.requestUpdate();
    this.#unsubscribe = [this.page, this.page.call, this.pictures, this.pictures.call].map((store) =>
      store.subscribe(render),
    );
  }

  override disconnectedCallback(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    super.disconnectedCallback();
  }
}
