import { html } from 'lit';
import { live } from 'lit/directives/live.js';
import { AppElement } from '../elements/app-element.ts';
import { words } from '../words/language.ts';
import type { Mode } from './app.ts';

const MODES: readonly Mode[] = ['local', 'remote', 'auto'];

/** Local, Remote or Auto. */
class ModeSwitch extends AppElement {
  protected override render() {
    const said = words().frame;
    return html`<fieldset class="mode-switch">
      <legend class="visually-hidden">${said.modes}</legend>
      ${MODES.map(
        (mode) => html`<label title=${said.modeHint[mode]}>
          <input
            type="radio"
            name="mode"
            .value=${mode}
            .checked=${live(this.app.state.mode === mode)}
            @change=${() => this.app.setMode(mode)}
          />
          <span class="choice">${said.mode[mode]}</span>
        </label>`,
      )}
    </fieldset>`;
  }
}

customElements.define('mode-switch', ModeSwitch);
