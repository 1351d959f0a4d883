import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Language } from '../analysis/analyser.ts';
import type { SearchOptions } from '../open-index.ts';
import type { Engine } from '../tiers/optional-model.ts';
import type { TieredSearch } from '../tiers/tiered-search.ts';
import { ATTRIBUTES, type Attributes, DEFAULTS } from './attributes.ts';
import { Cursor } from './cursor.ts';
import type { FinishedSearch, SearchDetail, SearchEventMap } from './events.ts';
import { FacetChoice } from './facet-choice.ts';
import { fieldAction } from './keyboard.ts';
import { localValues } from './local-values.ts';
import { searchIcon } from './parts/icons.ts';
import { panel } from './parts/panel.ts';
import { announcement } from './parts/status.ts';
import { type Actions, activeId, type Choice, type View } from './parts/view.ts';
import { PlainForm } from './plain-form.ts';
import { RecentSearches } from './recent-searches.ts';
import { rowsOf } from './rows.ts';
import { Searcher } from './searcher.ts';
import { ariaShortcut, isShortcut, parseShortcuts, type Shortcut, shortcutLabel } from './shortcuts.ts';
import { siteTool } from './site-tool.ts';
import { styles } from './styles.ts';
import { Localisation } from './translation/localisation.ts';
import type { Messages } from './translation/messages.ts';
import { registerTool } from './web-mcp.ts';

/** Milliseconds without an answer after which it is announced that one is on its way. */
const LATE = 600;
/** Name of the reader's wish to have `/` for something else. */
const SLASH_OFF = 'slash-off';
/** Properties that another search has to be made for. */
const SEARCHER = [
  'index',
  'site',
  'model',
  'rerank',
  'reranker',
  'engine',
  'limit',
  'foundation',
  'languages',
];

// Attributes are properties of the element, described where they are listed.
export interface NearfieldSearch extends Attributes {}

/**
 * A search box for a site with a static index: `<nearfield-search index="/search/"></nearfield-search>`.
 * Attributes, events, parts and CSS variables are described in docs/search-element.md.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: lit makes the accessors of these attributes
export class NearfieldSearch extends LitElement {
  static override readonly styles = styles;
  static override readonly properties = {
    ...ATTRIBUTES,
    foundation: { attribute: false },
    filters: { attribute: false },
    languages: { attribute: false },
    weights: { attribute: false },
    messages: { attribute: false },
    analytics: { attribute: false },
  };

  /** Gives the foundation that runs models, called once a policy allows one. Takes the place of `engine`. */
  declare foundation: (() => Promise<Engine>) | undefined;
  /** Filters that always hold, such as `{ version: '2' }`; the reader does not see them. */
  declare filters: NonNullable<SearchOptions['filters']>;
  /** Languages of indexes besides English. */
  declare languages: readonly Language[];
  /** How words and meaning are weighed. */
  declare weights: SearchOptions['weights'];
  /** Texts of your own in place of the translation's. */
  declare messages: Partial<Messages>;
  /** Called with each query that the reader is done with. Nothing is sent anywhere else. */
  declare analytics: ((search: FinishedSearch) => void) | undefined;

  readonly #cursor = new Cursor();
  readonly #form = new PlainForm(this);
  readonly #localisation = new Localisation(this);
  readonly #choice = new FacetChoice();
  readonly #explained = new Set<string>();
  readonly #actions: Actions = this.#makeActions();
  #searcher: Searcher | undefined;
  #recent = new RecentSearches(localValues, '');
  #query = '';
  #isLate = false;
  #lateTimer: ReturnType<typeof setTimeout> | undefined;
  #announcement = '';
  /** The last answer, until the reader is done with it. */
  #answer: SearchDetail | undefined;
  #connection = new AbortController();
  #view: View | undefined;

  constructor() {
    super();
    Object.assign(this, DEFAULTS);
    this.filters = {};
    this.languages = [];
    this.messages = {};
  }

  /** Whether the dialog is open. An inline search always is. */
  get isOpen(): boolean {
    return this.mode === 'inline' || (this.#dialog?.open ?? false);
  }

  /** Opens the dialog, or moves the focus to the field; with a query, asks it. */
  async open(query?: string): Promise<void> {
    await this.updateComplete;
    const dialog = this.#dialog;
    if (dialog && !dialog.open) {
      dialog.showModal();
      this.#emit('nearfield-open', undefined);
    }
    this.#field.focus();
    this.#field.select();
    void this.#tiers.checkOutdated();
    if (query !== undefined) await this.search(query);
  }

  close(): void {
    this.#dialog?.close();
  }

  /** Asks a query. Resolves when nothing more will come of it. */
  async search(query: string): Promise<void> {
    const { signal } = this.#connection;
    const tiers = this.#tiers;
    this.#query = query;
    this.#cursor.leave();
    this.#explained.clear();
    this.#isLate = false;
    clearTimeout(this.#lateTimer);
    this.#lateTimer = setTimeout(() => {
      this.#isLate = true;
      this.requestUpdate();
    }, LATE);
    this.requestUpdate();
    if (query.trim() === '') this.#finish();
    const chosen = this.#choice.filters;
    await tiers.search(query, { ...this.filters, ...chosen });
    const { state } = tiers;
    if (signal.aborted || state.query !== query || state.isBusy || state.isRefining) return;
    if (state.error !== undefined) {
      const { code, message } = state.error;
      this.#emit('nearfield-error', { code, message });
    } else if (state.tier !== undefined) {
      this.#answer = { query, results: state.slots.length, tier: state.tier, filters: chosen };
      this.#emit('nearfield-search', this.#answer);
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    document.addEventListener('keydown', (event) => this.#pageKey(event), { signal });
    window.addEventListener('pagehide', () => this.#finish(), { signal });
    const checkOutdated = (): void => {
      if (document.visibilityState === 'visible') void this.#searcher?.tiers.checkOutdated();
    };
    document.addEventListener('visibilitychange', checkOutdated, { signal });
    window.addEventListener('online', checkOutdated, { signal });
    if (!this.#hidden.has('tool'))
      registerTool(
        siteTool(this.tool, () => this.#search),
        signal,
      );
    // Nothing has changed for an element that is connected again, but its search was closed.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    this.#finish();
    this.#connection.abort();
    clearTimeout(this.#lateTimer);
    this.#searcher?.tiers.close();
    this.#searcher = undefined;
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('messages')) this.#localisation.override(this.messages);
    if (this.#searcher === undefined || !SEARCHER.some((name) => changed.has(name))) return;
    this.#searcher.tiers.close();
    this.#searcher = undefined;
    this.#choice.forgetOffers();
    if (this.#query !== '') void this.search(this.#query);
  }

  protected override firstUpdated(): void {
    const query = this.parameter && new URLSearchParams(location.search).get(this.parameter);
    if (query) void (this.mode === 'inline' ? this.search(query) : this.open(query));
  }

  protected override render() {
    const view = this.#makeView();
    this.#view = view;
    if (view.isInline) return html`<div class="inline" part="inline">${panel(view)}</div>`;
    const shortcuts = this.#shortcuts;
    return html`<slot name="trigger" @click=${() => void this.open()}>
        <button
          class="trigger"
          part="trigger"
          type="button"
          aria-haspopup="dialog"
          aria-keyshortcuts=${shortcuts.map((each) => ariaShortcut(each)).join(' ') || nothing}
        >
          ${searchIcon}<span>${view.label}</span>${shortcuts
            .slice(0, 1)
            .map((each) => html`<kbd aria-hidden="true">${shortcutLabel(each)}</kbd>`)}
        </button>
      </slot>
      <dialog
        part="dialog"
        aria-label=${view.label}
        @close=${() => this.#closed()}
        @click=${(event: MouseEvent) => event.target === this.#dialog && this.close()}
      >
        ${panel(view)}
      </dialog>`;
  }

  protected override updated(): void {
    this.#active?.scrollIntoView({ block: 'nearest' });
  }

  #makeView(): View {
    const { tiers, language } = this.#search;
    const { state } = tiers;
    const { translator: t } = this.#localisation;
    const hidden = this.#hidden;
    const rows = rowsOf(state, {
      explained: this.#explained,
      hasWhy: !hidden.has('why'),
      recent: this.#recent.list(this.recent),
      suggestions: this.suggestions.split('|').flatMap((each) => each.trim() || []),
    });
    this.#cursor.rows = rows;
    const announced = announcement(state, t, this.#isLate);
    // What is announced stays until something else is: keystrokes in between are silent.
    if (announced !== '' || state.query === '') this.#announcement = announced;
    const isInline = this.mode === 'inline';
    const slash = parseShortcuts(this.shortcuts).find(({ withCommand }) => !withCommand);
    return {
      state,
      t,
      rows,
      cursor: this.#cursor,
      query: this.#query,
      label: this.label || this.#form.label || t.text('search'),
      placeholder: this.placeholder || this.#form.placeholder || t.text('placeholder'),
      isInline,
      language,
      choice: this.#choice,
      explained: this.#explained,
      hidden,
      hasForm: this.#form.form !== undefined,
      slash: slash && !isInline ? { label: shortcutLabel(slash), isOn: !this.#isSlashOff } : undefined,
      announcement: this.#announcement,
      actions: this.#actions,
    };
  }

  #makeActions(): Actions {
    return {
      engage: () => {
        this.#tiers.engage();
        void this.#loadFacets();
      },
      typed: () => this.#typed(),
      pressed: (event) => this.#fieldKey(event),
      clear: () => {
        this.#field.value = '';
        this.#field.focus();
        this.#typed();
      },
      close: () => this.close(),
      addressOf: ({ result }, passage) =>
        this.#search.addressOf(result, passage, !this.#hidden.has('highlights')),
      choose: (choice) => this.#follow(choice),
      hold: (id) => this.#tiers.hold(id),
      explain: (id) => {
        this.#tiers.holdThrough(id);
        if (!this.#explained.delete(id)) this.#explained.add(id);
        this.requestUpdate();
      },
      ask: (query) => this.#askFromField(query),
      forget: (query) => {
        if (query === undefined) this.#recent.clear();
        else this.#recent.remove(query);
        this.#field.focus();
        this.requestUpdate();
      },
      filter: (name, value, isChosen) => {
        this.#choice.choose(name, value, isChosen);
        void this.search(this.#query);
      },
      unfold: (name) => {
        this.#choice.unfold(name);
        this.requestUpdate();
      },
      removeFilters: () => {
        this.#choice.clear();
        this.#askFromField(this.#query);
      },
      reopen: () => {
        this.#field.focus();
        this.#choice.forgetOffers();
        void this.#tiers.reopen().then(() => this.#loadFacets());
      },
      submitForm: () => this.#form.submit(this.#query),
      switchSlash: (isOn) => {
        localValues.set(SLASH_OFF, !isOn);
        this.requestUpdate();
      },
    };
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  get #field(): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>('input.field')!;
  }

  /** The cell that the cursor is on. */
  get #active(): HTMLElement | null {
    const id = this.#view && activeId(this.#view);
    return id === undefined ? null : this.renderRoot.querySelector(`#${id}`);
  }

  get #hidden(): ReadonlySet<string> {
    return new Set(this.hide.split(/\s+/));
  }

  get #isSlashOff(): boolean {
    return localValues.get(SLASH_OFF) === true;
  }

  get #shortcuts(): Shortcut[] {
    const all = parseShortcuts(this.shortcuts);
    return this.#isSlashOff ? all.filter(({ withCommand }) => withCommand) : all;
  }

  /** Made when it is first needed, which loads nothing yet unless a policy says `always`. */
  get #search(): Searcher {
    if (this.#searcher === undefined) {
      this.#searcher = new Searcher(this);
      this.#searcher.tiers.subscribe(() => this.requestUpdate());
      this.#recent = new RecentSearches(localValues, this.#searcher.address.href);
    }
    return this.#searcher;
  }

  get #tiers(): TieredSearch {
    return this.#search.tiers;
  }

  async #loadFacets(): Promise<void> {
    if (this.#hidden.has('facets')) return;
    await this.#choice.load(this.#search, this.facets);
    this.requestUpdate();
  }

  #askFromField(query: string): void {
    this.#field.focus();
    void this.search(query);
  }

  #typed(): void {
    const { value } = this.#field;
    if (this.parameter !== '' && this.mode === 'inline') {
      const url = new URL(location.href);
      if (value === '') url.searchParams.delete(this.parameter);
      else url.searchParams.set(this.parameter, value);
      history.replaceState(history.state, '', url);
    }
    void this.search(value);
  }

  #pageKey(event: KeyboardEvent): void {
    if (!isShortcut(event, this.#shortcuts)) return;
    event.preventDefault();
    if (this.mode !== 'inline' && this.isOpen) this.close();
    else void this.open();
  }

  #fieldKey(event: KeyboardEvent): void {
    const { selectionStart, selectionEnd, value } = this.#field;
    const action = fieldAction(event, {
      isBehindText: selectionStart === value.length && selectionEnd === value.length,
      isRightToLeft: getComputedStyle(this).direction === 'rtl',
    });
    if (action === undefined) return;
    if (action === 'forward' || action === 'backward') {
      if (!this.#cursor.moveInRow(action === 'forward' ? 1 : -1)) return;
    } else if (action === 'down' || action === 'up') this.#move(action === 'down' ? 1 : -1);
    else if (action === 'enter') this.#enter(event);
    else if (this.mode === 'inline') this.#actions.clear();
    else this.close();
    event.preventDefault();
    this.requestUpdate();
  }

  #move(rows: number): void {
    this.#cursor.move(rows);
    const row = this.#view?.rows.find(({ key }) => key === this.#cursor.row?.key);
    if (row !== undefined && 'slot' in row) this.#tiers.holdThrough(row.slot.result.id);
  }

  /** Follows what the cursor is on; without one, sends the page's form, or follows the first result. */
  #enter({ ctrlKey, metaKey, shiftKey }: KeyboardEvent): void {
    const active = this.#active;
    if (active === null && this.#query.trim() !== '') {
      this.#recent.add(this.#query, this.recent);
      if (this.#form.submit(this.#query)) return;
    }
    const target = (active ?? this.renderRoot.querySelector('.group'))?.querySelector('a, button');
    const keys = { ctrlKey, metaKey, shiftKey };
    target?.dispatchEvent(
      new MouseEvent('click', { bubbles: true, cancelable: true, composed: true, ...keys }),
    );
  }

  #follow({ slot: { result }, passage, place, event }: Choice): void {
    const url = (event.currentTarget as HTMLAnchorElement).href;
    if (!this.#emit('nearfield-select', { query: this.#query, url, result, passage, place })) {
      event.preventDefault();
    }
    this.#recent.add(this.#query, this.recent);
    this.#finish({ url, place });
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) this.close();
  }

  #closed(): void {
    this.#finish();
    this.#cursor.leave();
    this.requestUpdate();
    this.#emit('nearfield-close', undefined);
  }

  /** The reader is done with the last answer. */
  #finish(selected?: FinishedSearch['selected']): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) this.analytics?.({ ...answer, ...(selected && { selected }) });
  }

  #emit<Name extends keyof SearchEventMap>(name: Name, detail: SearchEventMap[Name]['detail']): boolean {
    const cancelable = name === 'nearfield-select';
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }
}
