/** Where the focus goes when what had it is taken away. */
import type { LitElement } from 'lit';

/**
 * Runs `remove`, which takes the element of an event out of a list, then focuses the same kind of element that took
 * its place, or the last one, or else `fallback`. Without this the focus falls to the start of the page.
 */
export async function removeKeepingFocus(
  host: LitElement,
  event: Event,
  { selector, fallback }: { selector: string; fallback: string },
  remove: () => unknown,
): Promise<void> {
  const before = [...host.querySelectorAll<HTMLElement>(selector)];
  const index = before.indexOf(event.currentTarget as HTMLElement);
  await remove();
  host.requestUpdate();
  await host.updateComplete;
  const after = [...host.querySelectorAll<HTMLElement>(selector)];
  // Elements below render in a turn of their own; only the host's are looked for.
  const next = after[Math.min(Math.max(index, 0), after.length - 1)];
  (
    next ??
    host.querySelector<HTMLElement>(fallback) ??
    document.querySelector<HTMLElement>(fallback)
  )?.focus();
}
