import type { ClassifierSummary } from '@nearfield/spec';
import { html, nothing } from 'lit';
import './classifier-list.ts';
import './classifier-test.ts';
import { callProgress } from '../elements/call-progress.ts';
import { confirmed } from '../elements/confirmed.ts';
import { words } from '../words/language.ts';
import { type Registering, registeringOf } from './registering.ts';
import { untaught } from './registration.ts';
import { TeachElement } from './teach-element.ts';

/** The project as a classifier for `/v1/classify`, and the classifiers that are there already. */
class TeachRegister extends TeachElement {
  declare private registering: Registering;
  #stop: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.registering = registeringOf(this.app);
    const stops = [this.registering, this.registering.call].map((store) =>
      store.subscribe(() => this.requestUpdate()),
    );
    this.#stop = () => {
      for (const stop of stops) stop();
    };
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  protected override updated(): void {
    void this.registering.restore();
  }

  protected override render() {
    const { page, registering } = this;
    const { project } = page;
    if (!project) return nothing;
    const text = words().teach;
    return html`<div class="row">${page.isRemote ? this.#atServer() : this.#here()}</div>
      ${callProgress(registering.call, text.training)} ${this.#registered()}
      <details class="classifiers-panel">
        <summary id="classifiers-title">${text.classifiers(this.app.place)}</summary>
        <classifier-list
          .app=${this.app}
          .examples=${untaught(project, undefined).length}
          @teach=${(event: CustomEvent<ClassifierSummary>) => this.#teach(event.detail)}
        ></classifier-list>
        <classifier-test .app=${this.app}></classifier-test>
      </details>`;
  }

  #here() {
    const { registering } = this;
    const text = words().teach;
    return html`<button type="button" @click=${() => registering.register()}>
      ${registering.current ? text.registerAgain : text.register}
    </button>`;
  }

  #atServer() {
    const { page, registering } = this;
    const text = words().teach;
    const { current } = registering;
    const { fresh } = registering.pending;
    const labels = new Set(page.project!.items.flatMap(({ classId }) => classId ?? [])).size;
    const cannot = page.needsConsent || registering.call.state.running;
    return html`<button
        type="button"
        ?disabled=${cannot || (current ? fresh === 0 : labels < 2)}
        aria-describedby=${labels < 2 ? 'train-needs' : nothing}
        @click=${() => registering.train()}
      >
        ${current ? text.trainMore(fresh) : text.train(page.host)}
      </button>
      ${
        current
          ? html`<button type="button" ?disabled=${cannot || labels < 2} @click=${() => registering.train({ anew: true })}>${text.trainAnew}</button>`
          : nothing
      }
      ${labels < 2 ? html`<p id="train-needs" class="hint">${text.trainNeeds}</p>` : nothing}`;
  }

  #registered() {
    const { page, registering } = this;
    const { current } = registering;
    if (!current) return nothing;
    const text = words().teach;
    const { fresh, stale } = registering.pending;
    return html`<p data-testid="registered" data-fresh=${fresh}>
        ${page.isRemote ? text.trainedAt(page.host) : text.registered} <code>{ "classifier_id": "${current.classifierId}" }</code>
      </p>
      ${
        page.isRemote
          ? stale > 0
            ? html`<p class="hint">${text.cannotUnlearn(stale)}</p>`
            : nothing
          : fresh + stale > 0
            ? html`<p class="hint">${text.registeredOlder}</p>`
            : nothing
      }`;
  }

  /** What a classifier has learnt cannot be taken back, so it is asked first. */
  async #teach({ classifier_id: id, labels }: ClassifierSummary): Promise<void> {
    const { page, registering } = this;
    const text = words().teach;
    const count = untaught(page.project!, registering.knownOf(id)).length;
    const sure = await confirmed({
      title: text.teachTitle(labels.join(', ')),
      lost: [page.isRemote ? text.teachSends(count, page.host) : text.teachHere(count), text.teachLost],
      action: text.teachOne,
    });
    if (sure) await registering.teach(id);
  }
}

customElements.define('teach-register', TeachRegister);
