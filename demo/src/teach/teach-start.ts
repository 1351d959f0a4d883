import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { sampleCredit } from '../classify/sample-pictures.ts';
import { removeKeepingFocus } from '../elements/focus.ts';
import { takeFiles } from '../elements/page-element.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import type { KeptProject } from './keeper.ts';
import type { Kind, Project } from './project.ts';
import { readProject } from './project-file.ts';
import { sampleIcons, sampleTickets } from './samples.ts';
import { TeachElement } from './teach-element.ts';

/** Where a project is begun, opened, or gone on with. Fires `opened` once one is open. */
class TeachStart extends TeachElement {
  static override readonly properties = { ...TeachElement.properties, deleted: { state: true } };
  /** A project that was deleted, and how to bring it back. */
  declare private deleted: { project: Project; restore: () => Promise<void> } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.page.list();
  }

  protected override render() {
    const text = words().teach;
    const { kept } = this.page.state;
    return html`<p class="lead">${text.lead}</p>
      <div class="starts">
        <button type="button" class="start" @click=${() => this.#begin('texts', text.tickets, async () => sampleTickets())}>
          <strong>${text.tickets}</strong><span>${text.ticketsHint}</span>
        </button>
        <button type="button" class="start" @click=${() => this.#begin('pictures', text.icons, sampleIcons)}>
          <strong>${text.icons}</strong><span>${text.iconsHint}</span>
        </button>
        <button type="button" class="start" @click=${() => this.#begin('texts', text.untitled)}>
          <strong>${text.newTexts}</strong><span>${text.newTextsHint}</span>
        </button>
        <button type="button" class="start" @click=${() => this.#begin('pictures', text.untitled)}>
          <strong>${text.newPictures}</strong><span>${text.newPicturesHint}</span>
        </button>
        <button type="button" class="start" @click=${() => this.querySelector<HTMLInputElement>('#project-file')?.click()}>
          <strong>${text.openFile}</strong><span>${text.openFileHint}</span>
        </button>
      </div>
      <input id="project-file" type="file" hidden accept=".json,application/json" aria-label=${text.projectFile} @change=${this.#open} />
      ${
        kept && kept.length > 0
          ? html`<section class="card" aria-labelledby="kept-title">
            <h3 id="kept-title" tabindex="-1">${text.yours}</h3>
            <ul class="kept">
              ${repeat(
                kept,
                ({ project }) => project.id,
                (each) => this.#kept(each),
              )}
            </ul>
          </section>`
          : nothing
      }
      ${
        this.deleted
          ? html`<div class="row">
            <button type="button" @click=${this.#restore}>${text.undelete(this.deleted.project.name)}</button>
          </div>`
          : nothing
      }
      <p class="hint">${sampleCredit()}</p>`;
  }

  #kept({ project, savedAt }: KeptProject) {
    const text = words().teach;
    const when = new Intl.DateTimeFormat(languageInUse(), { dateStyle: 'medium', timeStyle: 'short' });
    return html`<li>
      <a href="#/teach/${project.id}" dir="auto">${project.name}</a>
      <span class="hint">
        ${project.classes.map(({ name }) => name).join(', ')} · ${text.items(project.items.length)} · ${when.format(savedAt)}
      </span>
      <button
        type="button"
        class="quiet icon"
        aria-label=${text.deleteProject(project.name)}
        @click=${(event: Event) =>
          removeKeepingFocus(
            this,
            event,
            { selector: '.kept button', fallback: '.starts button' },
            async () => {
              this.deleted = { project, restore: await this.page.delete(project.id) };
              this.app.announce(text.projectDeleted(project.name));
            },
          )}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>`;
  }

  readonly #restore = async (): Promise<void> => {
    await this.deleted?.restore();
    this.deleted = undefined;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#kept-title')?.focus();
  };

  async #begin(
    kind: Kind,
    name: string,
    additions: () => Promise<Parameters<typeof this.page.create>[2]> = async () => [],
  ): Promise<void> {
    try {
      await this.page.create(kind, name, await additions());
    } catch (error) {
      this.app.report(error, 'classify');
      return;
    }
    this.dispatchEvent(new CustomEvent('opened'));
  }

  readonly #open = async (event: Event): Promise<void> => {
    const [file] = takeFiles(event);
    if (!file) return;
    this.app.forget('classify');
    try {
      await this.page.take(readProject(file.name, await file.text()));
    } catch (error) {
      this.app.report(error, 'classify');
      return;
    }
    this.dispatchEvent(new CustomEvent('opened'));
  };
}

customElements.define('teach-start', TeachStart);
