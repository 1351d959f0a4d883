import { html } from 'lit';
import { live } from 'lit/directives/live.js';
import { AppElement } from '../elements/app-element.ts';
import { confirmed } from '../elements/confirmed.ts';
import { languageField } from '../elements/language-field.ts';
import { libraryText } from '../elements/library-text.ts';
import { fieldValue } from '../elements/page-element.ts';
import '../elements/remote-settings.ts';
import '../elements/storage-panel.ts';
import type { Mode } from '../shell/app.ts';
import { formatBytes } from '../shell/format.ts';
import type { DeviceChoice } from '../shell/parameters.ts';
import { chooseTheme, chosenTheme, type ThemeChoice, watchTheme } from '../shell/theme.ts';
import { words } from '../words/language.ts';
import { resetEverything } from './reset.ts';
import './usage-table.ts';

const MODES: readonly Mode[] = ['local', 'remote', 'auto'];
const DEVICES: readonly DeviceChoice[] = ['auto', 'webgpu', 'wasm'];
const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

/** Threads that the engine uses at most by itself. */
const MOST_THREADS = 8;

/** Everything that can be set, and what is kept. */
class SettingsPage extends AppElement {
  #unwatch: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unwatch = watchTheme(() => this.requestUpdate());
    // Another page may have left with a model on its way, and another tab may have changed what is stored.
    void this.app.refresh();
  }

  override disconnectedCallback(): void {
    this.#unwatch?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const said = words();
    return html`<div class="page settings">
      <div class="page-head"><h2 tabindex="-1">${said.pages.settings}</h2></div>
      <div class="settings-columns">
        <div class="settings-column">${this.#answers()} ${this.#engine()}</div>
        <div class="settings-column">
          ${this.#looks()}
          <storage-panel .app=${this.app} level="3"></storage-panel>
          <usage-table .app=${this.app}></usage-table>
          ${this.#reset()}
        </div>
      </div>
    </div>`;
  }

  #answers() {
    const { frame, settings } = words();
    const { mode } = this.app.state;
    return html`<section class="card" aria-labelledby="answers-from-title">
      <h3 id="answers-from-title">${settings.answers}</h3>
      <fieldset class="choices">
        <legend class="visually-hidden">${frame.modes}</legend>
        ${MODES.map(
          (each) => html`<label class="choice-line">
            <input
              type="radio"
              name="settings-mode"
              aria-describedby="settings-mode-${each}"
              .value=${each}
              .checked=${live(mode === each)}
              @change=${() => void this.app.setMode(each)}
            />
            <span class="choice-name">${frame.mode[each]}</span>
            <span class="hint" id="settings-mode-${each}">${settings.modes[each]}</span>
          </label>`,
        )}
      </fieldset>
      <remote-settings .app=${this.app} complete></remote-settings>
    </section>`;
  }

  #engine() {
    const said = words().settings;
    const { engine, capabilities } = this.app.state;
    const device = capabilities.local?.device;
    const cores = Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS);
    const isAlone = !globalThis.crossOriginIsolated;
    return html`<section class="card" aria-labelledby="engine-title">
      <h3 id="engine-title">${said.engine}</h3>
      <div class="field">
        <label for="settings-device">${words().frame.device}</label>
        <select
          id="settings-device"
          aria-describedby="settings-device-hint"
          .value=${live(engine.device)}
          @change=${(event: Event) => this.#setEngine({ device: fieldValue(event) as DeviceChoice })}
        >
          ${DEVICES.map((each) => html`<option value=${each} ?selected=${each === engine.device}>${said.devices[each]}</option>`)}
        </select>
        <p id="settings-device-hint" class="hint">
          ${device ? html`${said.deviceNow(device.device === 'webgpu' ? 'WebGPU' : words().frame.cpu)} ${libraryText(device.reason)}` : words().frame.checking}
        </p>
      </div>
      <div class="field">
        <label for="settings-threads">${words().frame.threads}</label>
        <select
          id="settings-threads"
          aria-describedby="settings-threads-hint"
          ?disabled=${isAlone}
          .value=${live(String(engine.threads ?? ''))}
          @change=${(event: Event) => this.#setEngine({ threads: Number(fieldValue(event)) || undefined })}
        >
          <option value="" ?selected=${engine.threads === undefined}>${said.threadsAuto}</option>
          ${Array.from({ length: cores }, (_, index) => index + 1).map(
            (count) =>
              html`<option value=${count} ?selected=${count === engine.threads}>${words().counts.threads(count)}</option>`,
          )}
        </select>
        <p id="settings-threads-hint" class="hint">${isAlone ? said.threadsAlone : said.threadsHint}</p>
      </div>
      <p class="hint">${said.engineHint}</p>
    </section>`;
  }

  #setEngine(changes: Parameters<typeof this.app.setEngine>[0]): void {
    this.app.setEngine(changes);
    this.app.announceQuietly(words().settings.engineChanged);
  }

  #looks() {
    const { frame, settings } = words();
    return html`<section class="card" aria-labelledby="looks-title">
      <h3 id="looks-title">${settings.looks}</h3>
      ${languageField(this.app, 'settings-language')}
      <div class="field">
        <label for="settings-theme">${frame.theme}</label>
        <select
          id="settings-theme"
          .value=${live(chosenTheme())}
          @change=${(event: Event) => chooseTheme(fieldValue(event) as ThemeChoice)}
        >
          ${THEMES.map((each) => html`<option value=${each} ?selected=${each === chosenTheme()}>${frame.themes[each]}</option>`)}
        </select>
      </div>
    </section>`;
  }

  #reset() {
    const said = words().settings.reset;
    return html`<section class="card" aria-labelledby="reset-title">
      <h3 id="reset-title">${said.title}</h3>
      <p class="hint">${said.hint}</p>
      <div class="row">
        <button type="button" class="danger" data-action="reset-everything" @click=${this.#resetEverything}>${said.action}</button>
      </div>
    </section>`;
  }

  #resetEverything = async (): Promise<void> => {
    const said = words().settings.reset;
    const { stored } = this.app.state;
    const bytes = stored.reduce((sum, usage) => sum + usage.bytes, 0);
    const isSure = await confirmed({
      title: said.ask,
      lost: [bytes > 0 ? said.lostModels(formatBytes(bytes)) : '', said.lost, said.stays].filter(Boolean),
      action: said.action,
    });
    if (!isSure) return;
    try {
      await resetEverything(this.app);
    } catch (error) {
      this.app.restartEngine();
      this.app.report(error, 'storage', { place: { where: 'here' } });
      return;
    }
    location.reload();
  };
}

customElements.define('settings-page', SettingsPage);
