import { html, nothing } from 'lit';
import './network-note.ts';
import './teach-add.ts';
import './teach-batch.ts';
import './teach-classes.ts';
import './teach-export.ts';
import './teach-next.ts';
import './teach-quality.ts';
import './teach-start.ts';
import './teach-try.ts';
import { callProgress } from '../elements/call-progress.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { saveFile } from '../shell/save-file.ts';
import { words } from '../words/language.ts';
import { exportedClassifier } from './head.ts';
import type { Project } from './project.ts';
import { PROJECT_ENDING, writeProject } from './project-file.ts';
import { TeachElement } from './teach-element.ts';
import { fileName } from './teach-export.ts';

const ORIGINS = ['classify'] as const;

/** The page Teach: a list of projects at `#/teach/projects`, a project at `#/teach/<id>`. */
class TeachPage extends TeachElement {
  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
    window.addEventListener('keydown', this.#keys);
    void this.#navigate();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    window.removeEventListener('keydown', this.#keys);
    this.app.forget('classify');
    super.disconnectedCallback();
  }

  protected override render() {
    const { app, page } = this;
    const { project } = page;
    return html`<div class="page teach" data-kind=${project?.kind ?? nothing}>
      <div class="page-head">
        <h2 tabindex="-1">${words().pages.teach}</h2>
        ${project ? this.#head(project) : nothing}
      </div>
      <network-note .app=${app}></network-note>
      ${app.state.mode === 'remote' ? html`<remote-settings .app=${app}></remote-settings>` : nothing}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${project ? this.#project(project) : html`<teach-start .app=${app} @opened=${this.#opened}></teach-start>`}
    </div>`;
  }

  #head(project: Project) {
    const { page } = this;
    const text = words().teach;
    const { history, writes } = page.state;
    return html`<input
        class="project-name"
        aria-label=${text.projectName}
        dir="auto"
        .value=${project.name}
        ?readonly=${!writes}
        @change=${(event: Event) => {
          const name = fieldValue(event).trim() || text.untitled;
          page.change((each) => ({ ...each, name }));
        }}
      />
      <div class="row tools">
        <button type="button" aria-keyshortcuts="Control+Z" ?disabled=${!writes || history!.past.length === 0} @click=${() => page.undo()}>
          ${text.undo}
        </button>
        <button type="button" aria-keyshortcuts="Control+Shift+Z" ?disabled=${!writes || history!.future.length === 0} @click=${() => page.redo()}>
          ${text.redo}
        </button>
        <button type="button" @click=${this.#save}>${text.saveProject}</button>
        ${'share' in navigator ? html`<button type="button" @click=${this.#share}>${text.share}</button>` : nothing}
        <a class="button" href="#/teach/projects">${text.projects}</a>
      </div>`;
  }

  #project(project: Project) {
    const { app, page } = this;
    const text = words().teach;
    return html`${
      page.state.writes
        ? nothing
        : html`<div class="card notice" role="status">
          <p>${text.otherTab}</p>
          <div class="row"><button type="button" class="primary" @click=${() => page.takeOver()}>${text.takeOver}</button></div>
        </div>`
    }
    ${
      page.isRemote
        ? html`<div class="card notice">
          <p>${page.needsConsent ? text.remoteAsks(page.host) : text.remoteSends(page.host)}</p>
          ${
            page.needsConsent
              ? html`<div class="row"><button type="button" class="primary" @click=${() => page.allow()}>${text.remoteAllow(page.host)}</button></div>`
              : nothing
          }
        </div>`
        : nothing
    }
    <div class="halves even teach-parts">
      <div class="results">
        <teach-classes .app=${app}></teach-classes>
        <teach-add .app=${app}></teach-add>
      </div>
      <div class="results learnt">
        <teach-try .app=${app}></teach-try>
        <teach-next .app=${app}></teach-next>
        <teach-quality .app=${app}></teach-quality>
        <teach-export .app=${app}></teach-export>
      </div>
      <div class="results">
        <teach-batch .app=${app}></teach-batch>
        <details class="card model">
          <summary>${text.model(page.model)}</summary>
          ${modelField({
            app,
            id: 'teach-model',
            need: {
              endpoint: 'embeddings',
              modality: project.kind === 'texts' ? 'text' : 'image',
              ...(project.kind === 'texts' && { kind: 'embedding' as const }),
            },
            models: project.models,
            choose: (model, side) =>
              page.change((each) => ({ ...each, models: { ...each.models, [side]: model } })),
          })}
          <p class="hint">${text.modelHint}</p>
        </details>
      </div>
    </div>
    <div class="teach-progress">
      ${callProgress(page.call, text.embedding)} ${page.call.state.running ? nothing : callProgress(page.trial.call, text.asking)}
    </div>`;
  }

  /** Shows what the address names: a project, the list of them, or the one that is open. */
  readonly #navigate = async (): Promise<void> => {
    const [, id = ''] = /^#\/teach\/?([^/?]*)/u.exec(location.hash) ?? [];
    if (!location.hash.startsWith('#/teach')) return;
    const { page } = this;
    if (id === 'projects') {
      if (page.project) page.close();
    } else if (id === '') {
      if (page.project) this.#opened();
    } else if (!(await page.open(id))) {
      page.close();
      this.app.announce(words().teach.notHere);
    }
    this.requestUpdate();
  };

  /** The address of a project that is open can be reloaded and kept. */
  readonly #opened = (): void => {
    const { project } = this.page;
    if (!project) return;
    const address = `#/teach/${project.id}`;
    if (location.hash === '#/teach') history.replaceState(history.state, '', address);
    else location.hash = address;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('h2')?.focus());
  };

  readonly #keys = (event: KeyboardEvent): void => {
    const field = (event.target as Element | null)?.closest?.('input, textarea, select');
    if (field || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    if (event.shiftKey) this.page.redo();
    else this.page.undo();
  };

  async #file(): Promise<File> {
    const { page } = this;
    const project = page.project!;
    const { learnt, evaluation } = page.learner.state;
    const blob = await writeProject({
      ...{
        project,
        pictures: page.pictures.blobs,
        vectors: page.learner.vectors,
        threshold: evaluation?.threshold,
      },
      head: learnt && exportedClassifier(learnt.weights, page.model, learnt.samples.length, project.id),
    });
    return new File([blob], `${fileName(project.name)}${PROJECT_ENDING}`, { type: 'application/json' });
  }

  readonly #save = async (): Promise<void> => {
    const file = await this.#file();
    saveFile(file.name, file);
  };

  readonly #share = async (): Promise<void> => {
    const file = await this.#file();
    // Browsers share few kinds of files; text is one.
    const shared = new File([file], `${file.name}.txt`, { type: 'text/plain' });
    const data: ShareData = { files: [shared], title: file.name };
    try {
      if (navigator.canShare?.(data)) await navigator.share(data);
      else saveFile(file.name, file);
    } catch (error) {
      if ((error as DOMException).name !== 'AbortError') saveFile(file.name, file);
    }
  };
}

customElements.define('teach-page', TeachPage);
