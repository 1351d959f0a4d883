import { html } from 'lit';
import { AppElement } from '../elements/app-element.ts';
import { formatBytes, formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { network } from './network.ts';

/** What left this device, as it was counted. */
class NetworkNote extends AppElement {
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = network.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const text = words().teach.network;
    const { sent, uploads, requests, models } = network.state;
    const hosts = Object.entries(sent);
    return html`<details class="network" data-sent=${network.sentBytes} data-uploads=${uploads}>
      <summary>
        <strong>${hosts.length === 0 ? text.nothing : text.sent(formatBytes(network.sentBytes), hosts.map(([host]) => host).join(', '))}</strong>
        <span>${hosts.length === 0 ? text.zero : text.uploads(uploads)}</span>
      </summary>
      <dl class="facts">
        <dt>${text.content}</dt>
        <dd>${formatBytes(network.sentBytes)}${hosts.map(([host, bytes]) => html`<span class="why">${host}: ${formatBytes(bytes)}</span>`)}</dd>
        <dt>${text.models}</dt>
        <dd>${models === 0 ? text.noModels : formatBytes(models)}</dd>
        <dt>${text.parts}</dt>
        <dd>${formatCount(requests)}</dd>
      </dl>
      <p class="hint">${text.how}</p>
    </details>`;
  }
}

customElements.define('network-note', NetworkNote);
