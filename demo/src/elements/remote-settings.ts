import { html, nothing, type TemplateResult } from 'lit';
import type { Preference } from '../shell/app.ts';
import { DEFAULT_BASE_URL } from '../shell/parameters.ts';
import { readServerAddress } from '../shell/server-address.ts';
import { AppElement } from './app-element.ts';
import { whenReleased } from './released.ts';

/** Key and address of the server; in Auto also whom to ask first. */
class RemoteSettingsForm extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    more: { attribute: false },
    apply: { attribute: false },
    typed: { state: true },
  };
  /** A field of the page's own. */
  declare more: TemplateResult | undefined;
  /** Called when the form is submitted and all in it fits. */
  declare apply: (() => void) | undefined;
  /** An address as it was typed that was none, until one is taken. */
  declare private typed: { address: string; problem: string | undefined } | undefined;

  protected override render() {
    const { remote, mode, preference } = this.app.state;
    // Values are taken on change, not on every key: each one may be a new connection.
    return html`<form class="card remote-settings" aria-label="Remote settings" @submit=${this.#submit}>
      <div class="field">
        <label for="api-key">API key</label>
        <input
          id="api-key"
          type="password"
          autocomplete="off"
          spellcheck="false"
          placeholder="jina_…"
          aria-describedby="api-key-hint"
          .value=${remote.apiKey}
          @change=${(event: Event) => {
            const apiKey = inputValue(event);
            whenReleased(() => this.app.setRemote({ apiKey }));
          }}
        />
        <p id="api-key-hint" class="hint">Kept in this page’s memory only; gone when you leave.${mode === 'auto' ? ' Without a key, nothing leaves this browser.' : ''}</p>
      </div>
      <div class="field">
        <label for="base-url">Server address</label>
        <input
          id="base-url"
          type="text"
          inputmode="url"
          autocapitalize="off"
          spellcheck="false"
          placeholder=${DEFAULT_BASE_URL}
          aria-invalid=${this.typed?.problem ? 'true' : nothing}
          aria-describedby=${this.typed?.problem ? 'base-url-gap' : nothing}
          .value=${this.typed?.address ?? remote.baseUrl}
          @input=${this.#mended}
          @change=${(event: Event) => {
            const field = event.currentTarget as HTMLInputElement;
            whenReleased(() => this.#address(field));
          }}
        />
        ${this.typed?.problem ? html`<p id="base-url-gap" class="gap" role="alert">${this.typed.problem}</p>` : nothing}
      </div>
      ${
        mode === 'auto'
          ? html`<div class="field">
            <label for="preference">Ask first</label>
            <select
              id="preference"
              @change=${(event: Event) => this.app.setPreference((event.currentTarget as HTMLSelectElement).value as Preference)}
            >
              <option value="local-first" ?selected=${preference === 'local-first'}>this browser</option>
              <option value="fastest" ?selected=${preference === 'fastest'}>whoever was faster</option>
            </select>
          </div>`
          : nothing
      }
      ${this.more ?? nothing}
      <button type="submit" class="visually-hidden" tabindex="-1">Apply</button>
    </form>`;
  }

  /** Takes back that it is no address as soon as it is one: on leaving, the page would move under a click. */
  #mended = (event: Event): void => {
    if (!this.typed) return;
    const address = (event.currentTarget as HTMLInputElement).value;
    this.typed = { address, problem: readServerAddress(address).problem && this.typed.problem };
  };

  #address(field: HTMLInputElement): void {
    const address = field.value.trim() || DEFAULT_BASE_URL;
    const { url, problem } = readServerAddress(address);
    // What is no address is not asked; the one before stays in use until this one is mended.
    this.typed = problem === undefined ? undefined : { address, problem };
    if (url === undefined) return;
    field.value = url;
    this.app.setRemote({ baseUrl: url });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!this.typed?.problem) this.apply?.();
  };
}

const inputValue = (event: Event): string => (event.currentTarget as HTMLInputElement).value.trim();

customElements.define('remote-settings', RemoteSettingsForm);
