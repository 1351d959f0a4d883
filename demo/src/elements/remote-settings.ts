import { html, nothing } from 'lit';
import { hostedChoices } from '../app/model-choices.ts';
import { DEFAULT_BASE_URL } from '../app/parameters.ts';
import { AppElement } from './app-element.ts';

/** Key, address and model of Remote. */
class RemoteSettingsForm extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    withoutModel: { type: Boolean, attribute: 'without-model' },
  };
  /** Where the page itself lets the model be chosen. */
  declare withoutModel: boolean;

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
          @change=${(event: Event) => this.app.setRemote({ apiKey: inputValue(event) })}
        />
        <p id="api-key-hint" class="hint">Kept in this page’s memory only; gone when you leave.</p>
      </div>
      <div class="field">
        <label for="base-url">Server address</label>
        <input
          id="base-url"
          type="url"
          inputmode="url"
          spellcheck="false"
          placeholder=${DEFAULT_BASE_URL}
          .value=${remote.baseUrl}
          @change=${(event: Event) => this.app.setRemote({ baseUrl: inputValue(event) || DEFAULT_BASE_URL })}
        />
      </div>
      ${this.withoutModel ? nothing : this.#model()}
      <button type="submit" class="visually-hidden" tabindex="-1">Apply</button>
    </form>`;
  }

  #model() {
    return html`<div class="field">
        <label for="remote-model">Model</label>
        <input
          id="remote-model"
          list="remote-models"
          spellcheck="false"
          .value=${this.app.state.models.remote}
          @change=${(event: Event) => this.app.setModel(inputValue(event))}
        />
        <datalist id="remote-models">
          ${hostedChoices().map((model) => html`<option value=${model}></option>`)}
        </datalist>
      </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!this.withoutModel && this.app.state.total > 0) void this.app.index();
  };
}

const inputValue = (event: Event): string => (event.currentTarget as HTMLInputElement).value.trim();

customElements.define('remote-settings', RemoteSettingsForm);
