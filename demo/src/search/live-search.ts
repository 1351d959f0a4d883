import type { App, Side } from '../shell/app.ts';
import { ModelPageState } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import { Asking, NO_ANSWERS } from './asking.ts';
import { type Choices, NO_CHOICES } from './filters/choices.ts';
import { Indexing, NOT_INDEXED } from './indexing.ts';
import { leftOut } from './left-out.ts';
import type { Added, ItemSession, LiveSearchParts, LiveSearchState, Sessions } from './live-search-parts.ts';
import { Reading } from './reading.ts';

/** Search over what a visitor added: `call` indexes it, while questions are asked. */
export abstract class LiveSearch<
  Item extends Added,
  Answer,
  Session extends ItemSession<Item, Answer>,
> extends ModelPageState<LiveSearchState<Item, Answer>> {
  protected readonly reading: Reading;
  readonly #parts: LiveSearchParts<Item, Answer, Session>;
  readonly #sessions: Sessions<Session>;
  readonly #asking: Asking<Answer, Session>;
  readonly #indexing: Indexing;

  constructor(app: App, parts: LiveSearchParts<Item, Answer, Session>) {
    const { models, question = '', filters = NO_CHOICES, counted, ...others } = parts;
    super(app, 'indexing', {
      models,
      documents: [],
      reading: undefined,
      removed: undefined,
      filters,
      all: {},
      question,
      searching: false,
      ...NOT_INDEXED,
      ...NO_ANSWERS,
    });
    this.#parts = parts;
    this.reading = new Reading(app, (reading) => this.update({ reading }));
    this.#sessions = parts.sessions((isKept) => {
      this.#showCounts();
      if (isKept) void this.#follow().catch(() => undefined);
    });
    const shared = {
      state: () => this.state,
      update: (changes: Partial<LiveSearchState<Item, Answer>>) => this.update(changes),
      session: () => this.session(),
    };
    this.#asking = new Asking<Answer, Session>(app, {
      ...others,
      ...shared,
      model: () => this.model,
      search: (session, ...request) => session.search(...request),
      foundText: (count) => words().search.answers.found(counted(count)),
    });
    this.#indexing = new Indexing({
      ...shared,
      app,
      call: this.call,
      origin: this.origin,
      showCounts: () => this.#showCounts(),
      grown: () => void this.#asking.refresh(),
      counted,
    });
    app.watch((event) => {
      if (event === 'switched') {
        this.#leave();
        this.#arrive();
      } else if (app.side === 'local') {
        this.cancelIndexing();
        this.update({ loadTook: undefined });
      }
    });
  }

  /** Resolves once what was kept by an earlier visit is here. */
  abstract readonly restored: Promise<void>;

  /** The model of the index: in Auto that of this browser, whoever embeds with it. */
  override get model(): string {
    return this.state.models[this.app.side];
  }

  override setModel(model: string, side?: Side): void {
    const before = this.model;
    super.setModel(model, side);
    if (this.model === before) return;
    this.#leave();
    this.app.forgetAll();
    this.#arrive();
  }

  /** Embeds what the chosen model has not embedded yet. Only one run at a time. */
  index(): Promise<void> {
    return this.#indexing.start();
  }

  /** Stops indexing. What is embedded stays and can be searched. */
  cancelIndexing(): void {
    this.#indexing.cancel();
  }

  /** Takes away that a run has ended. */
  hideIndexed(): void {
    this.update({ justIndexed: false });
  }

  /** Stops reading files: none of them is added. */
  cancelReading(): void {
    this.reading.cancel();
  }

  /** Takes the question as it is being typed. */
  setQuestion(question: string): void {
    if (question === this.state.question) return;
    this.update({ question });
    this.#asking.soon();
  }

  /** @param filters other ones than before */
  protected narrow(filters: Choices): void {
    this.update({ filters });
    void this.#asking.filter();
  }

  async removeDocument(id: string): Promise<void> {
    const removed = this.state.documents.find((document) => document.id === id);
    if (!removed) return;
    const { idsOf, idOf } = this.#parts;
    this.app.announceQuietly(words().search.collection.removed(removed.name));
    const gone = new Set(idsOf(removed));
    const answers = this.state.answers?.filter((answer) => !gone.has(idOf(answer)));
    if (answers) this.update({ answers });
    const others = this.state.documents.filter((document) => document !== removed);
    if (await this.#setDocuments(others, [...gone])) this.update({ removed });
    await this.#asking.refresh();
  }

  /** Brings back what was removed last, where it was. Its vectors are made again. */
  async undoRemove(): Promise<void> {
    const { removed, documents } = this.state;
    if (!removed) return;
    this.app.announceQuietly(words().search.collection.back(removed.name));
    const all = [...documents, removed].sort((left, right) => left.added - right.added);
    if (await this.#setDocuments(all)) await this.index();
  }

  /** All that was added and its vectors, as a file. */
  export(): Promise<Blob> {
    return this.session().export();
  }

  /** Adds what an exported file holds. Vectors of the same model need not be made again. @returns what was new */
  async import(file: Blob): Promise<readonly Item[]> {
    await this.restored;
    const session = this.session();
    await session.import(file);
    const known = new Set(this.state.documents.map(({ id }) => id));
    const added = (await session.kept()).filter(({ id }) => !known.has(id));
    await this.#setDocuments([...this.state.documents, ...added]);
    return added;
  }

  /** Adds what is new and indexes it, and says of the others why they were left out. */
  protected async take(added: readonly Item[], left: readonly string[]): Promise<void> {
    if (left.length > 0) this.app.show(leftOut(left, added.length, this.#parts.kind));
    if (added.length === 0) return;
    await this.restored;
    if (await this.#setDocuments([...this.state.documents, ...added])) await this.index();
  }

  /** Shows what the browser kept. What is not indexed yet waits for a press: it may load a model. */
  protected async restore(): Promise<void> {
    try {
      const documents = await this.#sessions.kept(this.state.models).kept();
      const here = new Set(this.state.documents.map(({ id }) => id));
      const all = [...documents.filter(({ id }) => !here.has(id)), ...this.state.documents];
      if (documents.length === 0) return;
      await this.#setDocuments(all);
      // A link, or whoever was quick, has asked already.
      await this.#asking.refresh();
    } catch (error) {
      this.app.report(error, 'files');
    }
  }

  /** Another tab has added or removed something. */
  async #follow(): Promise<void> {
    const kept = this.#sessions.kept(this.state.models);
    if (!(await kept.isChanged())) return;
    await this.#setDocuments(await kept.kept());
    await this.#asking.refresh();
  }

  /** @returns whether they are stored */
  async #setDocuments(documents: readonly Item[], removed: readonly string[] = []): Promise<boolean> {
    this.update({ documents, removed: undefined, justIndexed: false });
    this.#showCounts();
    if (documents.length === 0) {
      // Nothing is left that could answer.
      this.#asking.end();
      this.app.forget('indexing');
      this.app.forget('question');
    } else if (this.state.withoutModel) this.#asking.soon(0);
    const sessions = this.#sessions.written(this.state.models);
    try {
      await Promise.all([...sessions].map((session) => session.setDocuments(documents, removed)));
      await this.#countAll();
      return true;
    } catch (error) {
      this.app.report(error, 'files');
      return false;
    } finally {
      this.#showCounts();
    }
  }

  protected session(): Session {
    return this.#sessions.current(this.state.models);
  }

  /** Stops what runs for the session before. */
  #leave(): void {
    this.call.cancel();
    this.#asking.end();
    this.update({ indexing: undefined, lastRun: undefined, loadTook: undefined, justIndexed: false });
  }

  /** Shows the session that is current now, and answers the question that is already there. */
  #arrive(): void {
    this.#showCounts();
    // What came or went since the page was left.
    const written = this.session().setDocuments(this.state.documents);
    written.then(
      async () => {
        this.#showCounts();
        await this.#countAll();
      },
      (error: unknown) => this.app.report(error, 'files'),
    );
    if (this.state.question.trim() !== '') this.#asking.soon();
  }

  async #countAll(): Promise<void> {
    this.update({ all: this.state.documents.length === 0 ? {} : await this.session().facets() });
  }

  #showCounts(): void {
    const total = this.state.documents.reduce((sum, item) => sum + this.#parts.idsOf(item).length, 0);
    let indexed = 0;
    try {
      indexed = total === 0 ? 0 : Math.min(total, this.session().indexed);
    } catch (error) {
      this.app.report(error, 'device');
    }
    this.update({ total, indexed });
  }
}
