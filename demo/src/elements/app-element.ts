import { LitElement } from 'lit';
import type { App } from '../shell/app.ts';

/**
 * An element that renders the app's state. Everything is light DOM: one stylesheet, and labels that reach their
 * inputs across elements.
 */
export abstract class AppElement extends LitElement {
  static override readonly properties = { app: { attribute: false } };
  declare app: App;
  #unsubscribe: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.app.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#unsubscribe?.();
    super.disconnectedCallback();
  }
}
