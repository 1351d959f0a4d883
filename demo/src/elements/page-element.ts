import type { Gaps } from '../shell/gaps.ts';
import type { PageCall } from '../shell/page-call.ts';
import type { ProblemOrigin } from '../shell/problem-origin.ts';
import type { Store } from '../shell/store.ts';
import { AppElement } from './app-element.ts';

/** What an element needs of a page's state. */
interface PageStateLike extends Pick<Store<object>, 'subscribe'> {
  readonly call: PageCall;
  readonly origin: ProblemOrigin;
  readonly gaps: Gaps;
}

/** An element that renders a page's state beside the app's. Its problems leave with it. */
export abstract class PageElement<State extends PageStateLike> extends AppElement {
  declare protected page: State;
  #unsubscribe: (() => void)[] = [];

  /** The state to render. */
  protected abstract open(): State;

  override connectedCallback(): void {
    this.page = this.open();
    super.connectedCallback();
    const render = (): void => this.requestUpdate();
    this.#unsubscribe = [
      this.page.subscribe(render),
      this.page.call.subscribe(render),
      this.page.gaps.subscribe(render),
    ];
  }

  override disconnectedCallback(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.app.forget(this.page.origin);
    this.page.gaps.check({});
    super.disconnectedCallback();
  }

  /** Focuses the first field that something is missing in, once that is said under it. */
  protected async focusGap(): Promise<void> {
    this.app.forget(this.page.origin);
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }
}

/** Submits the form around a text area with Ctrl or ⌘ and Enter, as Enter alone is a new line there. */
export function submitOnEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  (event.target as HTMLElement).closest('form')?.requestSubmit();
}

/** The value of the field that an event came from. */
export const fieldValue = (event: Event): string =>
  (event.currentTarget as HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement).value;

/** Files of a file input, which may be given again afterwards. */
export function takeFiles(event: Event): File[] {
  const input = event.currentTarget as HTMLInputElement;
  const files = [...(input.files ?? [])];
  input.value = '';
  return files;
}
