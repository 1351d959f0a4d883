import type { Capabilities } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { SearchElement } from '../search/search-element.ts';
import type { Reach } from './app.ts';
import { formatCount, formatPlural } from './format.ts';
import { hostOf } from './server-address.ts';

/** What is known of a server, in a sentence. */
const REACHES: Record<Reach, string> = {
  unknown: 'It was not asked yet.',
  answered: 'It answered.',
  refused: 'It did not accept the API key, or wants one.',
  closed: 'It is not open to this page.',
  failed: 'It could not be reached.',
};

const DEVICE_NAMES: Record<string, string> = { webgpu: 'WebGPU', wasm: 'CPU', cpu: 'CPU' };

/** Where the answers are computed, in a word; opened, also why, and in which precision the model of the search. */
class DeviceBadge extends SearchElement {
  protected override render() {
    const { mode, capabilities, remote, reach } = this.app.state;
    const known = capabilities[this.app.side];
    const dot = mode === 'remote' ? reach : known?.device ? 'answered' : 'unknown';
    return html`<details class="badge" @keydown=${this.#closeOnEscape} @focusout=${this.#closeOutside}>
      <summary>
        <span class="dot" data-reach=${dot} title=${mode === 'remote' ? REACHES[reach] : nothing}></span>
        <span class="visually-hidden">Computed by:</span>
        ${
          mode === 'remote'
            ? html`${hostOf(remote.baseUrl)}<span class="visually-hidden">. ${REACHES[reach]}</span>`
            : known?.device
              ? `${mode === 'auto' ? 'Auto · ' : ''}${localName(known)}`
              : 'Checking…'
        }
      </summary>
      <div class="popover">
        ${
          mode === 'remote'
            ? html`<p>Texts and questions are sent to <strong>${remote.baseUrl}</strong>. ${REACHES[reach]}</p>`
            : known?.device
              ? html`${this.#localDetails(known)}${mode === 'auto' ? this.#auto() : nothing}`
              : html`<p>Finding out what this browser can do…</p>`
        }
      </div>
    </details>`;
  }

  /** What Auto does beside asking this browser. */
  #auto() {
    const { remote, reach } = this.app.state;
    return this.app.asksServer
      ? html`<p>What this browser does not answer is sent to <strong>${remote.baseUrl}</strong>. ${REACHES[reach]}</p>`
      : html`<p>Without an API key, this browser alone answers: nothing leaves it.</p>`;
  }

  #localDetails({ device, loaded }: Capabilities) {
    if (!device) return nothing;
    const model = loaded?.find(({ id }) => id === this.page.model);
    return html`<dl class="facts">
      <dt>Device</dt>
      <dd>${DEVICE_NAMES[device.device] ?? device.device}<span class="why">${device.reason}</span></dd>
      ${
        device.adapter
          ? html`<dt>Adapter</dt>
            <dd>${device.adapter}<span class="why">${device.f16 ? 'computes in float16' : 'without float16'}</span></dd>`
          : nothing
      }
      <dt>Threads</dt>
      <dd>${formatCount(device.threads)}<span class="why">${device.threadsReason}</span></dd>
      ${
        model
          ? html`<dt>Precision</dt>
            <dd>${model.dtype}<span class="why">${model.reason}</span></dd>`
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

function localName({ device }: Capabilities): string {
  if (!device) return '';
  const name = DEVICE_NAMES[device.device] ?? device.device;
  return device.device === 'webgpu' ? name : `${name} · ${formatPlural(device.threads, 'thread')}`;
}

customElements.define('device-badge', DeviceBadge);
