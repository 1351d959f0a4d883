import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { localValues } from './local-values.ts';
import { isShortcut, parseShortcuts, type Shortcut, shortcutLabel } from './shortcuts.ts';

/** Name of the reader's wish to have `/` for something else. */
const SLASH_OFF = 'slash-off';

type Host = ReactiveControllerHost & { readonly shortcuts: string };

/** The keys of a page that open the search, as long as its element is connected. */
export class ShortcutKeys implements ReactiveController {
  readonly #host: Host;
  readonly #pressed: () => void;

  constructor(host: Host, pressed: () => void) {
    this.#host = host;
    this.#pressed = pressed;
    host.addController(this);
  }

  /** Those that the reader has not turned off. */
  get all(): Shortcut[] {
    const all = parseShortcuts(this.#host.shortcuts);
    return this.#isSlashOff ? all.filter(({ withCommand }) => withCommand) : all;
  }

  /** The key that goes without ⌘ or Ctrl, which the reader can turn off. */
  get slash(): { readonly label: string; readonly isOn: boolean } | undefined {
    const slash = parseShortcuts(this.#host.shortcuts).find(({ withCommand }) => !withCommand);
    return slash && { label: shortcutLabel(slash), isOn: !this.#isSlashOff };
  }

  switchSlash(isOn: boolean): void {
    localValues.set(SLASH_OFF, !isOn);
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    document.addEventListener('keydown', this.#keydown);
  }

  hostDisconnected(): void {
    document.removeEventListener('keydown', this.#keydown);
  }

  get #isSlashOff(): boolean {
    return localValues.get(SLASH_OFF) === true;
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (!isShortcut(event, this.all)) return;
    event.preventDefault();
    this.#pressed();
  };
}
