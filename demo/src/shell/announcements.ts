import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { AppElement } from '../elements/app-element.ts';

/**
 * What happened, in a sentence: for screen readers in a live region, and for the eye in a toast where nothing else on
 * the page shows it. The toast is the same text, so it is hidden from the screen reader, which has it already.
 */
class DemoAnnouncements extends AppElement {
  protected override render() {
    const { announcement, toast } = this.app.state;
    return html`<p class="visually-hidden" role="status">
        ${keyed(announcement.id, html`<span>${announcement.text}</span>`)}
      </p>
      ${
        toast
          ? keyed(
              toast.id,
              html`<p
                class="toast"
                aria-hidden="true"
                @pointerenter=${() => this.app.holdToast()}
                @pointerleave=${() => this.app.releaseToast()}
                .textContent=${toast.text}
              ></p>`,
            )
          : nothing
      }`;
  }
}

customElements.define('demo-announcements', DemoAnnouncements);
