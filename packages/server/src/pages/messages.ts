/** How a service worker finds pages that answer, and knows of their end. */

/**
 * Names of locks that answering pages hold, each with the page's id behind it. The browser lets go of one when its page
 * is closed, crashes or reloads: no time has to pass before that is known.
 */
export const PAGE_LOCK = 'nearfield-answers-';

/** From a service worker that knows no page, or not all, to every page. */
export interface ConnectMessage {
  type: 'nearfield-connect';
}

/** From an answering page to the service worker, with a port on which it is asked (see `ports/`). */
export interface HereMessage {
  type: 'nearfield-here';
  /** The page's id, as in its lock. */
  page: string;
}

/** On that port: the page takes no further requests. */
export interface LeaveMessage {
  type: 'leave';
}

/** Whether a message, which any script of the origin may have sent, is one of a type. */
export const isMessage = <Message extends { type: string }>(
  value: unknown,
  type: Message['type'],
): value is Message => typeof value === 'object' && value !== null && 'type' in value && value.type === type;
