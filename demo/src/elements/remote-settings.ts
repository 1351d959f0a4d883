import { html, nothing, type TemplateResult } from 'lit';
import type { Preference } from '../shell/app.ts';
import { DEFAULT_BASE_URL } from '../shell/parameters.ts';
import { readServerAddress } from '../shell/server-address.ts';
import { words } from '../words/language.ts';
import { AppElement } from './app-element.ts';
import { fieldValue } from './page-element.ts';
import { whenReleased } from './released.ts';

const PREFERENCES: readonly Preference[] = ['local-first', 'fastest'];

/** Key and address of the server; in Auto also whom to ask first. */
class RemoteSettingsForm extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    more: { attribute: false },
    apply: { attribute: false },
    complete: { type: Boolean },
    typed: { state: true },
  };
  /** A field of the page's own. */
  declare more: TemplateResult | undefined;
  /** Called when the form is submitted and all in it fits. */
  declare apply: (() => void) | undefined;
  /** Whether all of it is shown whatever the mode, without a link to Settings: these are the settings. */
  declare complete: boolean | undefined;
  /** An address as it was typed that was none, until one is taken. */
  declare private typed: { address: string; isRefused: boolean } | undefined;

  protected override render() {
    const { remote, mode } = this.app.state;
    const said = words().elements;
    const problem = this.typed?.isRefused ? readServerAddress(this.typed.address).problem : undefined;
    // Values are taken on change, not on every key: each one may be a new connection.
    return html`<form class=${this.complete ? 'remote-settings' : 'card remote-settings'} aria-label=${said.remoteSettings} @submit=${this.#submit}>
      <div class="field">
        <label for="api-key">${said.apiKey}</label>
        <input
          id="api-key"
          type="password"
          autocomplete="off"
          spellcheck="false"
          placeholder="jina_…"
          aria-describedby="api-key-hint"
          .value=${remote.apiKey}
          @change=${(event: Event) => {
            const apiKey = fieldValue(event).trim();
            whenReleased(() => this.app.setRemote({ apiKey }));
          }}
        />
        <p id="api-key-hint" class="hint">${said.keyInMemory}${mode === 'auto' ? ` ${said.keyWithout}` : ''}</p>
      </div>
      <div class="field">
        <label for="base-url">${said.serverAddress}</label>
        <input
          id="base-url"
          type="text"
          inputmode="url"
          autocapitalize="off"
          spellcheck="false"
          placeholder=${DEFAULT_BASE_URL}
          aria-invalid=${problem ? 'true' : nothing}
          aria-describedby=${problem ? 'base-url-gap' : nothing}
          .value=${this.typed?.address ?? remote.baseUrl}
          @input=${this.#mended}
          @change=${(event: Event) => {
            const field = event.currentTarget as HTMLInputElement;
            whenReleased(() => this.#address(field));
          }}
        />
        ${problem ? html`<p id="base-url-gap" class="gap" role="alert">${problem}</p>` : nothing}
      </div>
      ${mode === 'auto' || this.complete ? this.#preference() : nothing}
      ${this.more ?? nothing}
      ${this.complete ? nothing : html`<p class="hint"><a href="#/settings">${said.allSettings}</a></p>`}
      <button type="submit" class="visually-hidden" tabindex="-1">${said.apply}</button>
    </form>`;
  }

  #preference() {
    const said = words().elements;
    return html`<div class="field">
      <label for="preference">${said.askFirst}</label>
      <select
        id="preference"
        @change=${(event: Event) => this.app.setPreference(fieldValue(event) as Preference)}
      >
        ${PREFERENCES.map(
          (each) =>
            html`<option value=${each} ?selected=${each === this.app.state.preference}>${said.preferences[each]}</option>`,
        )}
      </select>
      ${this.complete ? html`<p class="hint">${said.askFirstHint}</p>` : nothing}
    </div>`;
  }

  /** Takes back that it is no address as soon as it is one: on leaving, the page would move under a click. */
  #mended = (event: Event): void => {
    if (!this.typed) return;
    const address = fieldValue(event);
    const isRefused = this.typed.isRefused && readServerAddress(address).problem !== undefined;
    this.typed = { address, isRefused };
  };

  #address(field: HTMLInputElement): void {
    const address = field.value.trim() || DEFAULT_BASE_URL;
    const { url } = readServerAddress(address);
    // What is no address is not asked; the one before stays in use until this one is mended.
    this.typed = url === undefined ? { address, isRefused: true } : undefined;
    if (url === undefined) return;
    field.value = url;
    this.app.setRemote({ baseUrl: url });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!this.typed?.isRefused) this.apply?.();
  };
}

customElements.define('remote-settings', RemoteSettingsForm);
