import { html, render } from 'lit';
import { words } from '../words/language.ts';

export interface Question {
  title: string;
  /** What is lost, in sentences. */
  lost: readonly string[];
  /** The button that does it. */
  action: string;
}

/**
 * Asks before something is done that cannot be undone. The focus starts on Cancel, and returns to where it was.
 * @returns whether to do it
 */
export function confirmed({ title, lost, action }: Question): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.setAttribute('aria-describedby', 'confirm-lost');
  const close = (answer: 'yes' | ''): void => dialog.close(answer);
  render(
    html`<h2 id="confirm-title">${title}</h2>
      <div id="confirm-lost">${lost.map((sentence) => html`<p>${sentence}</p>`)}</div>
      <div class="row end">
        <button type="button" autofocus @click=${() => close('')}>${words().common.cancel}</button>
        <button type="button" class="danger" data-action="confirm" @click=${() => close('yes')}>${action}</button>
      </div>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
