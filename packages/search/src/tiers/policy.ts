/**
 * When a model may be loaded:
 * - `never`;
 * - `if-cached`: once the reader turns to the search, if its files are on this device already;
 * - `on-focus`: once the reader turns to the search, by download if necessary;
 * - `always`: as soon as the search is set up.
 *
 * If the reader saves data (`navigator.connection.saveData`), the last two download nothing and act as `if-cached`.
 */
export type ModelPolicy = 'never' | 'if-cached' | 'on-focus' | 'always';

/** Permission for a model now: none, loading from the cache only, or loading from anywhere. */
export type Permission = 'none' | 'cached' | 'any';

/** Permission that follows from a policy. */
export function permissionOf(
  policy: ModelPolicy,
  { isEngaged, savesData }: { readonly isEngaged: boolean; readonly savesData: boolean },
): Permission {
  if (policy === 'never' || (policy !== 'always' && !isEngaged)) return 'none';
  return policy === 'if-cached' || savesData ? 'cached' : 'any';
}

/** Whether the browser says that its user saves data. */
export function savesData(): boolean {
  const { connection } = (globalThis.navigator ?? {}) as Navigator & {
    readonly connection?: { readonly saveData?: boolean };
  };
  return connection?.saveData === true;
}
