/** Files that reach the app from outside: shared by another app, or opened with this one by the system. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isPictureFile } from '../elements/dropped-files.ts';
import { ADDRESS_TYPE } from './arrivals-store.ts';

/** A kind of page that takes files. */
export type Destination = 'search' | 'read' | 'pictures';

/** The page of each kind, as in its address. */
export const PATHS: Readonly<Record<Destination, string>> = {
  search: 'search',
  read: 'read',
  pictures: 'classify/pictures',
};

const isForReading = ({ name, type }: File): boolean =>
  type === 'application/pdf' || type === 'text/html' || /\.(?:pdf|x?html?)$/iu.test(name);

/**
 * Where files belong: pictures to the pictures, an address and a single HTML or PDF document to Read, other texts, and
 * documents that come together, to the collection of Search.
 */
export function destinations(files: readonly File[]): Map<Destination, File[]> {
  const documents = files.filter((file) => !isPictureFile(file) && file.type !== ADDRESS_TYPE);
  const found = new Map<Destination, File[]>();
  for (const file of files) {
    const isRead = file.type === ADDRESS_TYPE || (documents.length === 1 && isForReading(file));
    const destination = isPictureFile(file) ? 'pictures' : isRead ? 'read' : 'search';
    found.set(destination, [...(found.get(destination) ?? []), file]);
  }
  return found;
}

type Take = (files: File[]) => void;

/** Holds files until the page that takes them is open. */
export class Arrivals {
  readonly #waiting = new Map<Destination, File[]>();
  readonly #takers = new Map<Destination, Take>();

  /** @returns where the first of the files belongs; undefined without files */
  add(files: readonly File[]): Destination | undefined {
    const found = destinations(files);
    for (const [destination, some] of found) {
      const taker = this.#takers.get(destination);
      if (taker) taker(some);
      else this.#waiting.set(destination, [...(this.#waiting.get(destination) ?? []), ...some]);
    }
    return found.keys().next().value;
  }

  /** Takes the files that wait for a kind of page. They are given once. */
  take(destination: Destination): File[] {
    const files = this.#waiting.get(destination) ?? [];
    this.#waiting.delete(destination);
    return files;
  }

  /**
   * Gives the files of a kind of page to it: those that wait, at once, and those that come while it is open.
   * @returns how to stop
   */
  watch(destination: Destination, taker: Take): () => void {
    this.#takers.set(destination, taker);
    const files = this.take(destination);
    if (files.length > 0) taker(files);
    return () => {
      if (this.#takers.get(destination) === taker) this.#takers.delete(destination);
    };
  }
}

/** Those of this tab. */
export const arrivals = new Arrivals();

/**
 * Gives an element the files that arrive for its kind of page, while it is in the document:
 *
 * `readonly arrivals = new ArrivingFiles(this, 'search', (files) => void this.page.addFiles(files));`
 */
export class ArrivingFiles implements ReactiveController {
  readonly #destination: Destination;
  readonly #taker: Take;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, destination: Destination, taker: Take) {
    this.#destination = destination;
    this.#taker = taker;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = arrivals.watch(this.#destination, this.#taker);
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
