/** The query in the page's address, so that a search can be linked to and come back to. */

export const queryInAddress = (parameter: string): string | null =>
  parameter === '' ? null : new URLSearchParams(location.search).get(parameter);

/** Puts a query in place of the one that the address has, without a step in the history. */
export function writeQueryToAddress(parameter: string, query: string): void {
  const url = new URL(location.href);
  if (query === '') url.searchParams.delete(parameter);
  else url.searchParams.set(parameter, query);
  history.replaceState(history.state, '', url);
}
