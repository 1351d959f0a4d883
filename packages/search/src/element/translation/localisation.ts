import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { loadMessages, translationOf } from './languages.ts';
import { ENGLISH_MESSAGES, type Messages } from './messages.ts';
import { Translator } from './translator.ts';

/** The texts of an element in the language of the page around it; English until they are loaded. */
export class Localisation implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  #language = 'en';
  #loaded: Messages = ENGLISH_MESSAGES;
  #own: Partial<Messages> = {};
  #translator = new Translator();

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get translator(): Translator {
    return this.#translator;
  }

  /** Texts of the page's own, in place of the translation's. */
  override(own: Partial<Messages>): void {
    this.#own = own;
    this.#renew();
  }

  hostConnected(): void {
    void this.update();
  }

  /** Looks at the page's language again. */
  async update(): Promise<void> {
    const language = translationOf(
      this.#host.closest('[lang]')?.getAttribute('lang') || document.documentElement.lang || 'en',
    );
    if (language === this.#language) return;
    const messages = await loadMessages(language);
    if (messages === undefined) return;
    this.#language = language;
    this.#loaded = messages;
    this.#renew();
    this.#host.requestUpdate();
  }

  #renew(): void {
    this.#translator = new Translator(this.#language, { ...this.#loaded, ...this.#own });
  }
}
