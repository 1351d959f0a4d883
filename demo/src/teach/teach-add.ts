import { html, nothing } from 'lit';
import './camera.ts';
import { droppedFiles, placed } from '../elements/dropped-files.ts';
import { takeFiles } from '../elements/page-element.ts';
import { words } from '../words/language.ts';
import { TeachElement } from './teach-element.ts';

/** Adds examples: pasted, from files and folders, dropped, from the clipboard, from the camera. */
class TeachAdd extends TeachElement {
  static override readonly properties = {
    ...TeachElement.properties,
    camera: { state: true },
    notUnderstood: { state: true },
    into: { state: true },
  };
  declare private camera: boolean;
  declare private notUnderstood: number;
  /** Id of the class of what brings none itself; empty for no class yet. */
  declare private into: string;

  constructor() {
    super();
    this.camera = false;
    this.notUnderstood = 0;
    this.into = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#over);
    window.addEventListener('dragleave', this.#leave);
    window.addEventListener('drop', this.#drop);
    window.addEventListener('paste', this.#paste);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('dragover', this.#over);
    window.removeEventListener('dragleave', this.#leave);
    window.removeEventListener('drop', this.#drop);
    window.removeEventListener('paste', this.#paste);
    super.disconnectedCallback();
  }

  get #label(): string | undefined {
    return this.page.project?.classes.find(({ id }) => id === this.into)?.name;
  }

  protected override render() {
    const { project, state } = this.page;
    if (!project) return nothing;
    const text = words().teach;
    const pictures = project.kind === 'pictures';
    return html`<section class="card add" aria-labelledby="add-title">
      <h3 id="add-title">${text.addExamples}</h3>
      <fieldset ?disabled=${!state.writes}>
        <div class="field">
          <label for="add-into">${text.addInto}</label>
          <select
            id="add-into"
            @change=${(event: Event) => {
              this.into = (event.currentTarget as HTMLSelectElement).value;
            }}
          >
            <option value="">${text.addIntoNone}</option>
            ${project.classes.map(
              ({ id, name }) => html`<option value=${id} ?selected=${id === this.into}>${name}</option>`,
            )}
          </select>
        </div>
        ${pictures ? nothing : this.#lines()}
        <div class="row sources">
          <button type="button" @click=${() => this.#pick('#teach-files')}>${text.files}</button>
          <button type="button" @click=${() => this.#pick('#teach-folder')}>${text.folder}</button>
          ${
            pictures
              ? html`<button type="button" aria-expanded=${this.camera ? 'true' : 'false'} @click=${this.#toggle}>
                ${this.camera ? text.cameraOff : text.cameraOn}
              </button>`
              : nothing
          }
        </div>
        ${
          this.camera && pictures
            ? html`<teach-camera @picture=${(event: CustomEvent<Blob>) => this.#photo(event.detail)}></teach-camera>`
            : nothing
        }
        <input
          id="teach-files"
          type="file"
          hidden
          multiple
          accept=${pictures ? 'image/*,.svg' : '.txt,.md,.csv,.tsv,.jsonl,.ndjson,text/*'}
          aria-label=${text.files}
          @change=${this.#chosen}
        />
        <input id="teach-folder" type="file" hidden multiple webkitdirectory aria-label=${text.folder} @change=${this.#chosen} />
        <p class="hint">${pictures ? text.addPicturesHint : text.addTextsHint}</p>
      </fieldset>
    </section>`;
  }

  #lines() {
    const text = words().teach;
    const missing = this.notUnderstood > 0;
    return html`<form aria-label=${text.addExamples} @submit=${this.#submit}>
      <div class="field">
        <label for="teach-lines">${text.lines}</label>
        <textarea
          id="teach-lines"
          rows="4"
          dir="auto"
          placeholder=${text.linesExample}
          aria-invalid=${missing ? 'true' : nothing}
          aria-describedby=${missing ? 'teach-lines-gap' : nothing}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            this.#submit(event);
          }}
        ></textarea>
        ${missing ? html`<p id="teach-lines-gap" class="gap">${text.linesNotUnderstood(this.notUnderstood)}</p>` : nothing}
      </div>
      <div class="row"><button type="submit">${text.addLines}</button></div>
    </form>`;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const field = this.querySelector<HTMLTextAreaElement>('#teach-lines')!;
    this.notUnderstood = this.page.paste(field.value, this.#label);
    if (this.notUnderstood === 0) field.value = '';
    field.focus();
  };

  #pick(selector: string): void {
    this.querySelector<HTMLInputElement>(selector)?.click();
  }

  readonly #chosen = (event: Event): void => {
    const files = takeFiles(event);
    void this.page.addFiles(placed(files), this.#label);
  };

  readonly #toggle = (): void => {
    this.camera = !this.camera;
  };

  #photo(picture: Blob): void {
    const number = this.page.pictures.blobs.size + 1;
    this.page.add([{ text: words().teach.camera.name(number), picture }], this.#label);
  }

  readonly #over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.toggleAttribute('data-dropping', true);
  };

  readonly #leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.removeAttribute('data-dropping');
  };

  readonly #drop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.removeAttribute('data-dropping');
    const label = this.#label;
    void droppedFiles(event.dataTransfer).then((files) => this.page.addFiles(files, label));
  };

  readonly #paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.page.addFiles(placed(files), this.#label);
  };
}

customElements.define('teach-add', TeachAdd);
