import { html } from 'lit';
import { live } from 'lit/directives/live.js';
import { AppElement } from '../elements/app-element.ts';
import type { Mode } from './app.ts';

const MODES: readonly { mode: Mode; label: string; hint: string }[] = [
  { mode: 'local', label: 'Local', hint: 'Computed inside this page' },
  { mode: 'remote', label: 'Remote', hint: 'Computed by api.jina.ai or another server' },
  { mode: 'auto', label: 'Auto', hint: 'Computed inside this page, by the server where that fails' },
];

/** Local, Remote or Auto. */
class ModeSwitch extends AppElement {
  protected override render() {
    return html`<fieldset class="mode-switch">
      <legend class="visually-hidden">Where the model runs</legend>
      ${MODES.map(
        ({ mode, label, hint }) => html`<label title=${hint}>
          <input
            type="radio"
            name="mode"
            .value=${mode}
            .checked=${live(this.app.state.mode === mode)}
            @change=${() => this.app.setMode(mode)}
          />
          <span class="choice">${label}</span>
        </label>`,
      )}
    </fieldset>`;
  }
}

customElements.define('mode-switch', ModeSwitch);
