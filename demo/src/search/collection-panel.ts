import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { removeKeepingFocus } from '../elements/focus.ts';
import { takeFiles } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import { saveFile } from '../shell/save-file.ts';
import { SearchElement } from './search-element.ts';
import '../elements/problem-list.ts';
import { words } from '../words/language.ts';
import { packedCollection, unpackedCollection } from './collection-file.ts';
import type { TextDocument } from './passage.ts';
import type { StoredPicture } from './pictures/picture.ts';

const ORIGINS = ['files'] as const;
const EXTENSION = '.nearfield-index';

/** The texts and pictures, and how many of them can be searched. */
class CollectionPanel extends SearchElement {
  protected override render() {
    const { page, pictures } = this;
    const isEmpty = page.state.documents.length === 0 && pictures.state.documents.length === 0;
    const isIndexing = page.state.indexing !== undefined || pictures.state.indexing !== undefined;
    const texts = words().search.collection;
    return html`<section class="card" aria-labelledby="collection-title">
      <h2 id="collection-title">${texts.title}</h2>
      <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
      ${
        isEmpty
          ? html`<p class="hint">${texts.none}</p>`
          : html`<ul class="documents">
            ${repeat(
              page.state.documents,
              ({ id }) => id,
              (document) => this.#document(document),
            )}
            ${repeat(
              pictures.state.documents,
              ({ id }) => id,
              (picture) => this.#picture(picture),
            )}
          </ul>`
      }
      ${this.#undo(page)}${this.#undo(pictures)}
      ${isEmpty ? nothing : html`<text-sources .app=${this.app}></text-sources>`}
      <div class="row">
        ${
          isEmpty
            ? nothing
            : html`<button type="button" ?disabled=${isIndexing} @click=${this.#export}>${texts.save}</button>`
        }
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('input[data-import]')?.click()}>
          ${texts.load}
        </button>
      </div>
      <input type="file" hidden data-import aria-label=${texts.file} accept=${EXTENSION} @change=${this.#import} />
      ${this.#textsState()}${this.#picturesState()}
    </section>`;
  }

  #document({ id, name, passages }: TextDocument) {
    return html`<li>
      <span class="name" dir="auto">${name}</span>
      <span class="hint">${words().counts.passages(passages.length)}</span>
      ${this.#remove(name, () => this.page.removeDocument(id))}
    </li>`;
  }

  #picture(picture: StoredPicture) {
    const { id, name } = picture;
    return html`<li class="kept-picture">
      <img src=${this.pictures.url(picture)} alt="" width="36" height="36" loading="lazy" />
      <span class="name" dir="auto">${name}</span>
      ${this.#remove(name, () => this.pictures.removeDocument(id))}
    </li>`;
  }

  #remove(name: string, remove: () => Promise<void>) {
    return html`<button
      type="button"
      class="quiet icon"
      aria-label=${words().search.collection.remove(name)}
      @click=${(event: Event) =>
        removeKeepingFocus(
          this,
          event,
          { selector: '.documents button', fallback: 'text-sources button' },
          remove,
        )}
    >
      <span aria-hidden="true">×</span>
    </button>`;
  }

  /** What was removed last can be taken back until something else changes. */
  #undo(search: { state: { removed: { name: string } | undefined }; undoRemove(): Promise<void> }) {
    const { removed } = search.state;
    const texts = words().search.collection;
    if (!removed) return nothing;
    return html`<p class="removed hint">
      <span>${texts.removed(removed.name)}</span>
      <button
        type="button"
        aria-label=${texts.undoRemoval(removed.name)}
        @click=${(event: Event) =>
          removeKeepingFocus(
            this,
            event,
            { selector: '.removed button', fallback: '.documents button' },
            () => void search.undoRemove(),
          )}
      >
        ${texts.undo}
      </button>
    </p>`;
  }

  #textsState() {
    const { total, indexed, indexing, lastRun } = this.page.state;
    const texts = words().search.collection;
    if (total === 0) return nothing;
    return html`<p class="hint" data-testid="index-state">
      ${
        indexed < total
          ? texts.someIndexed(formatCount(indexed), total)
          : total === 1
            ? texts.onlyIndexed
            : texts.allIndexed(formatCount(total))
      }
      ${
        lastRun && lastRun.tokens > 0 && !indexing
          ? html`<span data-timing="indexing"
            >${texts.speed(words().counts.tokens(Math.round((lastRun.tokens / lastRun.elapsed) * 1000)))}</span
          >`
          : nothing
      }
    </p>`;
  }

  #picturesState() {
    const { total, indexed } = this.pictures.state;
    const texts = words().search.collection;
    if (total === 0) return nothing;
    const counted = words().search.pictures.count(total);
    return html`<p class="hint" data-testid="pictures-state">
      ${indexed < total ? texts.picturesIndexed(formatCount(indexed), counted) : texts.allPicturesIndexed(counted)}
    </p>`;
  }

  #export = async (): Promise<void> => {
    try {
      const hasPictures = this.pictures.state.documents.length > 0;
      const file = packedCollection(
        await this.page.export(),
        hasPictures ? await this.pictures.export() : undefined,
      );
      saveFile(`${words().search.collection.fileName}${EXTENSION}`, file);
    } catch (error) {
      this.app.report(error, 'files');
    }
  };

  #import = async (event: Event): Promise<void> => {
    const [file] = takeFiles(event);
    if (!file) return;
    this.app.forget('files');
    const { texts: textsNamed, collection, pictures: picturesNamed } = words().search;
    try {
      const { texts, pictures } = await unpackedCollection(file);
      const documents = await this.page.import(texts);
      const added = pictures === undefined ? [] : await this.pictures.import(pictures);
      const named = textsNamed(documents.length);
      const both = added.length === 0 ? named : collection.and(named, picturesNamed.count(added.length));
      this.app.announce(collection.came(both, file.name));
    } catch (error) {
      this.app.report(error, 'files');
      return;
    }
    await this.page.index();
    if (this.pictures.state.documents.length > 0) await this.pictures.index();
  };
}

customElements.define('collection-panel', CollectionPanel);
