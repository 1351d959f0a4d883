/** Where the focus goes when what had it is folded away. */

/**
 * Moves the focus to the title of a fold that closes over it, as the map's form does when the map is there. Without this it
 * falls to the start of the page.
 * @returns how to stop
 */
export function keepFoldedFocus(host: HTMLElement): () => void {
  let focused: Element | undefined;
  const remember = ({ target }: Event): void => {
    if (target instanceof Element) focused = target;
  };
  const folded = ({ target }: Event): void => {
    if (!(target instanceof HTMLDetailsElement) || target.open || !focused || !target.contains(focused))
      return;
    const { activeElement } = document;
    // Somebody who has gone on is left where they are.
    if (activeElement !== document.body && activeElement !== focused) return;
    target.querySelector('summary')?.focus();
  };
  host.addEventListener('focusin', remember);
  // The event does not bubble.
  host.addEventListener('toggle', folded, true);
  return () => {
    host.removeEventListener('focusin', remember);
    host.removeEventListener('toggle', folded, true);
  };
}
