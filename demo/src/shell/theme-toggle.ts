import { html, LitElement } from 'lit';
import { words } from '../words/language.ts';
import { changeTheme, currentTheme, watchTheme } from './theme.ts';

/** Light or dark, in one press. */
class ThemeToggle extends LitElement {
  #unwatch: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unwatch = watchTheme(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#unwatch?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const name = words().frame.useTheme[currentTheme() === 'dark' ? 'light' : 'dark'];
    return html`<button type="button" class="quiet icon" aria-label=${name} title=${name} @click=${changeTheme}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>`;
  }
}

customElements.define('theme-toggle', ThemeToggle);
