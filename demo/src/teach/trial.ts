/** What the classifier says of something that is no example: asked while it is typed. */
import type { CallOptions } from '@nearfield/spec';
import type { PageCall } from '../shell/page-call.ts';
import { Store } from '../shell/store.ts';
import { type Answer, answer, type Learner } from './learner.ts';
import type { Content } from './vectors.ts';

/** Milliseconds without a further change after which it is asked about. */
const SETTLED = 120;

interface TrialState {
  /** The text as typed. */
  text: string;
  /** The answer, with the text or the address of the picture that it is of. */
  tried: { answer: Answer; text?: string | undefined; picture?: string | undefined } | undefined;
}

/** A text or a picture to try the classifier with. Its vector is kept, so that the answer follows what is learnt. */
export class Trial extends Store<TrialState> {
  /** Neither waits for the examples nor stops them. */
  readonly call: PageCall;
  readonly #learner: Learner;
  readonly #embed: (content: Content, options: CallOptions) => Promise<Float32Array>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #vector: Float32Array | undefined;
  #asked: string | undefined;
  #picture: string | undefined;

  constructor(
    call: PageCall,
    learner: Learner,
    embed: (content: Content, options: CallOptions) => Promise<Float32Array>,
  ) {
    super({ text: '', tried: undefined });
    this.call = call;
    this.#learner = learner;
    this.#embed = embed;
    learner.subscribe(() => this.#show());
  }

  /** Asks about a text, once it has not changed for a moment. */
  text(text: string): void {
    clearTimeout(this.#timer);
    this.update({ text });
    if (text.trim() === '') this.#forget();
    else this.#timer = setTimeout(() => void this.#ask({ text: text.trim() }), SETTLED);
  }

  /** Asks about a picture. */
  async picture(picture: Blob): Promise<void> {
    await this.#ask({ image: picture }, URL.createObjectURL(picture));
  }

  /** Begins anew. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#forget();
    this.update({ text: '' });
  }

  /** Asks again what was asked before, as with another model. */
  again(): void {
    this.#vector = undefined;
    const { text } = this.state;
    this.update({ tried: undefined });
    if (text.trim() !== '') this.text(text);
  }

  async #ask(content: Content, picture?: string): Promise<void> {
    const vector = await this.call.run((_, options) => this.#embed(content, options));
    if (!vector) {
      if (picture) URL.revokeObjectURL(picture);
      return;
    }
    if (this.#picture) URL.revokeObjectURL(this.#picture);
    this.#vector = vector;
    this.#asked = 'text' in content ? content.text : undefined;
    this.#picture = picture;
    this.#show();
  }

  #forget(): void {
    this.call.cancel();
    this.#vector = undefined;
    if (this.#picture) URL.revokeObjectURL(this.#picture);
    this.#picture = undefined;
    this.update({ tried: undefined });
  }

  #show(): void {
    const { learnt } = this.#learner.state;
    const vector = this.#vector;
    if (!learnt || !vector || vector.length !== learnt.weights.columns) return;
    this.update({ tried: { answer: answer(learnt, vector), text: this.#asked, picture: this.#picture } });
  }
}
