import { html, LitElement, nothing } from 'lit';
import { words } from '../words/language.ts';

/** Pictures of a burst, and milliseconds between two. */
const BURST = 8;
const BETWEEN = 200;

/** Width and height of a picture: models read no more of it. */
const SIDE = 384;

type Facing = 'user' | 'environment';

/** Why there is no picture from the camera, in a sentence with what to do. */
function cameraProblem(error: unknown): string {
  const { refused, missing, busy, insecure, failed } = words().teach.camera;
  if (!navigator.mediaDevices?.getUserMedia) return insecure;
  const { name, message } = error as DOMException;
  if (name === 'NotAllowedError' || name === 'SecurityError') return refused;
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return missing;
  if (name === 'NotReadableError' || name === 'AbortError') return busy;
  return failed(message);
}

/**
 * The camera's picture and what it takes. Fires `picture` with a Blob for each one that is taken. Nothing is recorded
 * before, and the camera is let go when the element leaves the page.
 */
class TeachCamera extends LitElement {
  static override readonly properties = {
    facing: { state: true },
    problem: { state: true },
    ready: { state: true },
    taken: { state: true },
  };
  declare private facing: Facing;
  declare private problem: string | undefined;
  declare private ready: boolean;
  declare private taken: number;
  #stream: MediaStream | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Counts openings, so that one that comes late is not used. */
  #opening = 0;

  constructor() {
    super();
    this.facing = 'user';
    this.ready = false;
    this.taken = 0;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override disconnectedCallback(): void {
    this.#opening++;
    this.#stop();
    this.#close();
    super.disconnectedCallback();
  }

  protected override render() {
    const text = words().teach.camera;
    if (this.problem !== undefined) {
      return html`<div role="alert">
        <p class="gap">${this.problem}</p>
        <button type="button" @click=${() => this.#open()}>${text.again}</button>
      </div>`;
    }
    return html`<video
        muted
        playsinline
        autoplay
        aria-label=${text.view}
        data-mirrored=${this.facing === 'user' ? 'yes' : nothing}
        @playing=${() => {
          this.ready = true;
        }}
      ></video>
      <div class="row">
        <button type="button" class="primary" ?disabled=${!this.ready} @click=${this.#take}>${text.take}</button>
        <button type="button" ?disabled=${!this.ready} @click=${this.#burst}>${text.burst(BURST)}</button>
        <button type="button" ?disabled=${!this.ready} @click=${this.#turn}>${text.turn}</button>
      </div>
      <p class="hint" role="status">${this.ready ? text.taken(this.taken) : text.starting}</p>`;
  }

  async #open(): Promise<void> {
    const opening = ++this.#opening;
    this.#close();
    this.problem = undefined;
    this.ready = false;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error('insecure');
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: this.facing, width: { ideal: 640 }, height: { ideal: 480 } },
      });
      if (opening !== this.#opening) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      await this.updateComplete;
      this.querySelector('video')!.srcObject = stream;
    } catch (error) {
      if (opening === this.#opening) this.problem = cameraProblem(error);
    }
  }

  #close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #turn = (): void => {
    this.facing = this.facing === 'user' ? 'environment' : 'user';
    void this.#open();
  };

  readonly #burst = (): void => {
    if (this.#timer !== undefined) return;
    let left = BURST;
    const next = (): void => {
      this.#take();
      left--;
      if (left === 0) this.#stop();
    };
    this.#timer = setInterval(next, BETWEEN);
    next();
  };

  /** Takes the middle of what the camera sees, as a square. */
  readonly #take = (): void => {
    const video = this.querySelector('video');
    if (!video || video.videoWidth === 0) return;
    const side = Math.min(video.videoWidth, video.videoHeight);
    const canvas = document.createElement('canvas');
    canvas.width = SIDE;
    canvas.height = SIDE;
    const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
    canvas.getContext('2d')!.drawImage(video, left, top, side, side, 0, 0, SIDE, SIDE);
    this.taken++;
    canvas.toBlob(
      (blob) => {
        if (blob) this.dispatchEvent(new CustomEvent<Blob>('picture', { detail: blob }));
      },
      'image/jpeg',
      0.85,
    );
  };
}

customElements.define('teach-camera', TeachCamera);
