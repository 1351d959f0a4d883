import { html, nothing } from 'lit';
import { remoteChoice, remoteModelsFor, SEARCH_NEED } from '../shell/model-choices.ts';
import { DEFAULT_BASE_URL } from '../shell/parameters.ts';
import { readServerAddress } from '../shell/server-address.ts';
import { AppElement } from './app-element.ts';
import { whenReleased } from './released.ts';

/** Key, address and model of Remote. */
class RemoteSettingsForm extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    withoutModel: { type: Boolean, attribute: 'without-model' },
    typed: { state: true },
  };
  /** Where the page itself lets the model be chosen. */
  declare withoutModel: boolean;
  /** An address as it was typed that was none, until one is taken. */
  declare private typed: { address: string; problem: string | undefined } | undefined;

  protected override render() {
    const { remote } = this.app.state;
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
        <p id="api-key-hint" class="hint">Kept in this page’s memory only; gone when you leave.</p>
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
      ${this.withoutModel ? nothing : this.#model()}
      <button type="submit" class="visually-hidden" tabindex="-1">Apply</button>
    </form>`;
  }

  #model() {
    const { models, serverModels } = this.app.state;
    const caution = remoteChoice(models.remote, serverModels, this.app.place);
    return html`<div class="field">
        <label for="remote-model">Model</label>
        <input
          id="remote-model"
          list="remote-models"
          spellcheck="false"
          .value=${models.remote}
          aria-describedby=${caution ? 'remote-model-caution' : nothing}
          @focus=${() => this.app.learnModels()}
          @change=${(event: Event) => {
            const model = inputValue(event);
            whenReleased(() => this.app.setModel(model));
          }}
        />
        <datalist id="remote-models">
          ${remoteModelsFor(SEARCH_NEED, serverModels).map((model) => html`<option value=${model}></option>`)}
        </datalist>
        ${caution ? html`<p id="remote-model-caution" class="hint">${caution}</p>` : nothing}
      </div>`;
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
    if (!this.typed?.problem && !this.withoutModel && this.app.state.total > 0) void this.app.index();
  };
}

const inputValue = (event: Event): string => (event.currentTarget as HTMLInputElement).value.trim();

customElements.define('remote-settings', RemoteSettingsForm);
