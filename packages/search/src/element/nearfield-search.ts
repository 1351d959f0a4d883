import { html, LitElement, type PropertyValues } from 'lit';
import type { Language } from '../analysis/analyser.ts';
import type { SearchOptions } from '../open-index.ts';
import type { Engine } from '../tiers/optional-model.ts';
import type { TieredIndex } from '../tiers/search-state.ts';
import { actionsOf } from './actions.ts';
import { ATTRIBUTES, type Attributes, DEFAULTS } from './attributes.ts';
import type { FinishedSearch, SearchEventMap } from './events.ts';
import { fieldAction } from './keyboard.ts';
import { panel } from './parts/panel.ts';
import { trigger } from './parts/trigger.ts';
import { type Actions, activeId, type Choice, type View } from './parts/view.ts';
import { PlainForm } from './plain-form.ts';
import { queryInAddress, writeQueryToAddress } from './query-parameter.ts';
import { SearchSession } from './session.ts';
import { ShortcutKeys } from './shortcut-keys.ts';
import { siteTool } from './site-tool.ts';
import { styles } from './styles.ts';
import { Localisation } from './translation/localisation.ts';
import type { Messages } from './translation/messages.ts';
import { registerTool } from './web-mcp.ts';

/** Properties that another search has to be made for. */
const SEARCHER = [
  'index',
  'server',
  'source',
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
    source: { attribute: false },
    foundation: { attribute: false },
    filters: { attribute: false },
    languages: { attribute: false },
    weights: { attribute: false },
    messages: { attribute: false },
    analytics: { attribute: false },
  };

  /** Opens what is searched, such as a live index. Takes the place of `index` and `server`. */
  declare source: (() => Promise<TieredIndex>) | undefined;
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

  readonly #form = new PlainForm(this);
  readonly #localisation = new Localisation(this);
  readonly #session = new SearchSession(this);
  readonly #keys = new ShortcutKeys(this, () => {
    if (this.mode !== 'inline' && this.isOpen) this.close();
    else void this.open();
  });
  readonly #actions: Actions = this.#makeActions();
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
      this.emit('nearfield-open', undefined);
    }
    this.#field.focus();
    this.#field.select();
    this.#session.checkOutdated();
    if (query !== undefined) await this.search(query);
  }

  /** Closes the dialog. */
  close(): void {
    this.#dialog?.close();
  }

  /** Asks a query. Resolves when nothing more will come of it. */
  search(query: string): Promise<void> {
    return this.#session.search(query);
  }

  /** Parts that are left out. */
  get hiddenParts(): ReadonlySet<string> {
    return new Set(this.hide.split(/\s+/));
  }

  /** Sends one of the element's events. False if a listener has prevented what it is about. */
  emit<Name extends keyof SearchEventMap>(name: Name, detail: SearchEventMap[Name]['detail']): boolean {
    const cancelable = name === 'nearfield-select';
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    window.addEventListener('pagehide', () => this.#session.finish(), { signal });
    const checkOutdated = (): void => {
      if (document.visibilityState === 'visible') this.#session.checkOutdated();
    };
    document.addEventListener('visibilitychange', checkOutdated, { signal });
    window.addEventListener('online', checkOutdated, { signal });
    if (!this.hiddenParts.has('tool'))
      registerTool(
        siteTool(this.tool, () => this.#session.searcher),
        signal,
      );
    // An element that is moved about the page was disconnected, which has ended its search.
    if (this.#session.query !== '') void this.search(this.#session.query);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    this.#connection.abort();
    this.#session.close();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('messages')) this.#localisation.override(this.messages);
    if (SEARCHER.some((name) => changed.has(name))) this.#session.renew();
  }

  protected override firstUpdated(): void {
    const query = queryInAddress(this.parameter);
    if (query) void (this.mode === 'inline' ? this.search(query) : this.open(query));
  }

  protected override render() {
    const view = this.#makeView();
    this.#view = view;
    if (view.isInline) return html`<div class="inline" part="inline">${panel(view)}</div>`;
    return html`${trigger(view.label, this.#keys.all, () => void this.open())}
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
    const session = this.#session;
    const { state } = session.tiers;
    const { translator: t } = this.#localisation;
    const isInline = this.mode === 'inline';
    return {
      state,
      t,
      rows: session.rows,
      cursor: session.cursor,
      query: session.query,
      label: this.label || this.#form.label || t.text('search'),
      placeholder: this.placeholder || this.#form.placeholder || t.text('placeholder'),
      isInline,
      languages: session.searcher.languages,
      choice: session.choice,
      explained: session.explained,
      hidden: this.hiddenParts,
      hasForm: this.#form.form !== undefined,
      slash: isInline ? undefined : this.#keys.slash,
      announcement: session.announcer.text(state, t),
      actions: this.#actions,
    };
  }

  #makeActions(): Actions {
    const element = this;
    return actionsOf({
      session: this.#session,
      form: this.#form,
      keys: this.#keys,
      get field() {
        return element.#field;
      },
      get hiddenParts() {
        return element.hiddenParts;
      },
      typed: (query) => this.#typed(query),
      pressed: (event) => this.#pressed(event),
      follow: (choice) => this.#follow(choice),
      close: () => this.close(),
      requestUpdate: () => this.requestUpdate(),
    });
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

  #typed(query: string): void {
    if (this.parameter !== '' && this.mode === 'inline') writeQueryToAddress(this.parameter, query);
    void this.search(query);
  }

  /** A key in the field. */
  #pressed(event: KeyboardEvent): void {
    const { selectionStart, selectionEnd, value } = this.#field;
    const action = fieldAction(event, {
      isBehindText: selectionStart === value.length && selectionEnd === value.length,
      isRightToLeft: getComputedStyle(this).direction === 'rtl',
    });
    if (action === undefined) return;
    if (action === 'forward' || action === 'backward') {
      if (!this.#session.cursor.moveInRow(action === 'forward' ? 1 : -1)) return;
    } else if (action === 'down' || action === 'up') this.#session.move(action === 'down' ? 1 : -1);
    else if (action === 'enter') this.#enter(event);
    else if (this.mode === 'inline') this.#actions.clear();
    else this.close();
    event.preventDefault();
    this.requestUpdate();
  }

  /** Follows what the cursor is on; without one, sends the page's form, or follows the first result. */
  #enter({ ctrlKey, metaKey, shiftKey }: KeyboardEvent): void {
    const active = this.#active;
    if (active === null && this.#session.query.trim() !== '') {
      this.#session.remember();
      if (this.#form.submit(this.#session.query)) return;
    }
    const target = (active ?? this.renderRoot.querySelector('.group'))?.querySelector('a, button');
    const keys = { ctrlKey, metaKey, shiftKey };
    target?.dispatchEvent(
      new MouseEvent('click', { bubbles: true, cancelable: true, composed: true, ...keys }),
    );
  }

  #follow({ slot: { result }, passage, place, event }: Choice): void {
    const url = (event.currentTarget as HTMLAnchorElement).href;
    const { query } = this.#session;
    if (!this.emit('nearfield-select', { query, url, result, passage, place })) event.preventDefault();
    this.#session.remember();
    this.#session.finish({ url, place });
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) this.close();
  }

  #closed(): void {
    this.#session.finish();
    this.#session.cursor.leave();
    this.requestUpdate();
    this.emit('nearfield-close', undefined);
  }
}
