import type { Capabilities } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { libraryText } from '../elements/library-text.ts';
import { SearchElement } from '../search/search-element.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { formatCount } from './format.ts';
import { hostOf } from './server-address.ts';

/** Where the answers are computed, in a word; opened, also why, and in which precision the model of the search. */
class DeviceBadge extends SearchElement {
  protected override render() {
    const { mode, capabilities, remote, reach } = this.app.state;
    const said = words().frame;
    const known = capabilities[this.app.side];
    const dot = mode === 'remote' ? reach : known?.device ? 'answered' : 'unknown';
    const reached = said.reach[this.app.lacksKey ? 'refused' : reach];
    return html`<details class="badge" @keydown=${this.#closeOnEscape} @focusout=${this.#closeOutside}>
      <summary>
        <span class="dot" data-reach=${dot} title=${mode === 'remote' ? reached : nothing}></span>
        <span class="visually-hidden">${said.computedBy}</span>
        <span class="badge-text">${
          mode === 'remote'
            ? html`${hostOf(remote.baseUrl)}<span class="visually-hidden">. ${reached}</span>`
            : known?.device
              ? `${mode === 'auto' ? `${said.mode.auto} · ` : ''}${localName(known)}`
              : said.checking
        }</span>
      </summary>
      <div class="popover">
        ${
          mode === 'remote'
            ? html`<p>${this.#naming(said.sentTo)} ${reached}</p>`
            : known?.device
              ? html`${this.#localDetails(known)}${mode === 'auto' ? this.#auto() : nothing}`
              : html`<p>${said.findingOut}</p>`
        }
      </div>
    </details>`;
  }

  /** A sentence with the address of the server in it. */
  #naming(text: string) {
    return slots(text, { server: html`<strong>${this.app.state.remote.baseUrl}</strong>` });
  }

  /** What Auto does beside asking this browser. */
  #auto() {
    const said = words().frame;
    return this.app.asksServer
      ? html`<p>${this.#naming(said.autoSends)} ${said.reach[this.app.state.reach]}</p>`
      : html`<p>${said.autoKeeps}</p>`;
  }

  #localDetails({ device, loaded }: Capabilities) {
    if (!device) return nothing;
    const said = words().frame;
    const model = loaded?.find(({ id }) => id === this.page.model);
    return html`<dl class="facts">
      <dt>${said.device}</dt>
      <dd>${deviceName(device.device)}<span class="why">${libraryText(device.reason)}</span></dd>
      ${
        device.adapter
          ? html`<dt>${said.adapter}</dt>
            <dd>${device.adapter}<span class="why">${device.f16 ? said.float16 : said.noFloat16}</span></dd>`
          : nothing
      }
      <dt>${said.threads}</dt>
      <dd>${formatCount(device.threads)}<span class="why">${libraryText(device.threadsReason)}</span></dd>
      ${
        model
          ? html`<dt>${said.precision}</dt>
            <dd>${model.dtype}<span class="why">${libraryText(model.reason)}</span></dd>`
          : nothing
      }
    </dl>`;
  }

  #closeOnEscape = (event: KeyboardEvent): void => {
    const details = event.currentTarget as HTMLDetailsElement;
    if (event.key !== 'Escape' || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.querySelector('summary')?.focus();
  };

  #closeOutside = (event: FocusEvent): void => {
    const details = event.currentTarget as HTMLDetailsElement;
    if (event.relatedTarget instanceof Node && !details.contains(event.relatedTarget)) details.open = false;
  };
}

const deviceName = (device: string): string => (device === 'webgpu' ? 'WebGPU' : words().frame.cpu);

function localName({ device }: Capabilities): string {
  if (!device) return '';
  const name = deviceName(device.device);
  return device.device === 'webgpu' ? name : `${name} · ${words().counts.threads(device.threads)}`;
}

customElements.define('device-badge', DeviceBadge);
