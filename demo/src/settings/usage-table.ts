import { html, nothing } from 'lit';
import { AppElement } from '../elements/app-element.ts';
import type { Side } from '../shell/answerer.ts';
import { formatCount } from '../shell/format.ts';
import { METERED, type Metered, type UsageCounts } from '../shell/usage.ts';
import { words } from '../words/language.ts';

const SIDES: readonly Side[] = ['local', 'remote'];

/** Tokens that answers counted, by method and by who answered. */
class UsageTable extends AppElement {
  static override readonly properties = { ...AppElement.properties, undoable: { state: true } };
  /** What was there before a reset, until it is counted again. */
  declare private undoable: UsageCounts | undefined;
  #unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.app.usage.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#unsubscribe?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const said = words().settings.usage;
    const { counts } = this.app.usage.state;
    const methods = METERED.filter((method) => counts.local[method] ?? counts.remote[method]);
    return html`<section class="card" aria-labelledby="usage-title">
      <h3 id="usage-title" tabindex="-1">${said.title}</h3>
      <p class="hint">${said.hint}</p>
      ${methods.length === 0 ? html`<p data-testid="usage-none">${said.nothing}</p>` : this.#table(counts, methods)}
      ${
        methods.length > 0 || this.undoable
          ? html`<div class="row">
            ${
              methods.length > 0
                ? html`<button type="button" data-action="reset-usage" @click=${this.#reset}>${said.reset}</button>`
                : html`<button type="button" data-action="undo-reset" @click=${this.#undo}>${said.undo}</button>`
            }
          </div>`
          : nothing
      }
    </section>`;
  }

  #table(counts: UsageCounts, methods: readonly Metered[]) {
    const said = words().settings.usage;
    const total = (side: Side): number =>
      Object.values(counts[side]).reduce((sum, { tokens }) => sum + tokens, 0);
    return html`<table class="usage">
      <thead>
        <tr>
          <th scope="col">${said.endpoint}</th>
          <th scope="col">${said.sides.local}</th>
          <th scope="col">${said.sides.remote}</th>
        </tr>
      </thead>
      <tbody>
        ${methods.map(
          (method) => html`<tr data-method=${method}>
            <th scope="row">${said.methods[method]}</th>
            ${SIDES.map((side) => {
              const { calls = 0, tokens = 0 } = counts[side][method] ?? {};
              return html`<td data-side=${side}>
                ${formatCount(tokens)} <span class="hint">${said.calls(calls)}</span>
              </td>`;
            })}
          </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${said.all}</th>
          ${SIDES.map((side) => html`<td data-side=${side}>${words().counts.tokens(total(side))}</td>`)}
        </tr>
      </tfoot>
    </table>`;
  }

  #reset = (): void => {
    this.undoable = this.app.usage.reset();
    this.app.announceQuietly(words().settings.usage.wasReset);
    void this.#focus('[data-action="undo-reset"]');
  };

  #undo = (): void => {
    if (this.undoable) this.app.usage.put(this.undoable);
    this.undoable = undefined;
    void this.#focus('[data-action="reset-usage"]');
  };

  /** One button takes the place of the other. */
  async #focus(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}

customElements.define('usage-table', UsageTable);
