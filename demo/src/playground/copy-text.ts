import type { App } from '../shell/app.ts';
import { words } from '../words/language.ts';

/** Puts a text on the clipboard, and says whether the browser let it. */
export async function copyText(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.announce(words().playground.copied);
  } catch {
    // A page on plain http has no clipboard, and a browser may ask and be refused.
    app.announce(words().playground.notCopied);
  }
}
