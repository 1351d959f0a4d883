import type { LitElement, ReactiveController } from 'lit';
import type { Searching } from '../searching.ts';
import { readSearchLink, type SearchLink, sameChoices, searchLink } from './choices.ts';

/** Milliseconds without a key before a question is in the address: browsers allow few changes of it. */
const PAUSE = 400;

const isOfSearch = (hash: string): boolean => /^#\/search(?:\?|$)/u.test(hash);

/**
 * Keeps question and filters in the address while the page is open: a link opens the same search, and Back takes a filter
 * away again. Each filter is a place in the history; a question that is typed changes the place where it is.
 */
export class SearchAddress implements ReactiveController {
  readonly #element: LitElement;
  readonly #page: () => Searching;
  #shown: SearchLink = { question: '', filters: {} };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: () => void = () => undefined;

  constructor(element: LitElement, page: () => Searching) {
    this.#element = element;
    this.#page = page;
    element.addController(this);
  }

  hostConnected(): void {
    const page = this.#page();
    const { hash } = location;
    // The link of the page brings back what was left there.
    if (isOfSearch(hash) && hash !== searchLink({ question: '', filters: {} }))
      page.follow(readSearchLink(hash));
    this.#shown = this.#current();
    this.#write('replace');
    this.#stop = page.subscribe(() => this.#changed());
    window.addEventListener('hashchange', this.#follow);
  }

  hostDisconnected(): void {
    this.#stop();
    clearTimeout(this.#timer);
    window.removeEventListener('hashchange', this.#follow);
  }

  #current(): SearchLink {
    const { question, filters } = this.#page().state;
    return { question: question.trim(), filters };
  }

  #changed(): void {
    const { question, filters } = this.#current();
    const before = this.#shown;
    if (!sameChoices(filters, before.filters)) {
      this.#shown = { question, filters };
      this.#write('push');
    } else if (question !== before.question) {
      this.#shown = { question, filters };
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#write('replace'), PAUSE);
    }
  }

  /** The visitor went back or forward, or followed a link. */
  #follow = (): void => {
    if (!isOfSearch(location.hash)) return;
    const link = readSearchLink(location.hash);
    clearTimeout(this.#timer);
    this.#shown = link;
    this.#page().follow(link);
    this.#element.requestUpdate();
  };

  #write(how: 'push' | 'replace'): void {
    clearTimeout(this.#timer);
    const link = searchLink(this.#shown);
    if (location.hash === link || !isOwn(location.hash)) return;
    if (how === 'push') history.pushState({}, '', link);
    else history.replaceState(history.state, '', link);
  }
}

/** Whether the address is this page's: the first page needs none. */
const isOwn = (hash: string): boolean => hash === '' || hash === '#/' || isOfSearch(hash);
