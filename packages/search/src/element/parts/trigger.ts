import { html, nothing, type TemplateResult } from 'lit';
import { ariaShortcut, type Shortcut, shortcutLabel } from '../shortcuts.ts';
import { searchIcon } from './icons.ts';

/** The button that opens the dialog, or what a page has put in its place. */
export const trigger = (
  label: string,
  shortcuts: readonly Shortcut[],
  open: () => void,
): TemplateResult => html`<slot name="trigger" @click=${open}>
  <button
    class="trigger"
    part="trigger"
    type="button"
    aria-haspopup="dialog"
    aria-keyshortcuts=${shortcuts.map((each) => ariaShortcut(each)).join(' ') || nothing}
  >
    ${searchIcon}<span>${label}</span>${shortcuts
      .slice(0, 1)
      .map((each) => html`<kbd aria-hidden="true">${shortcutLabel(each)}</kbd>`)}
  </button>
</slot>`;
