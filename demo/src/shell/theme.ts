export type Theme = 'light' | 'dark';

/** Read again by public/theme.js before the first paint. */
const KEY = 'nearfield-theme';

const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** The theme that is shown: the chosen one, else the system's. */
export function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return systemDark.matches ? 'dark' : 'light';
}

/** Chooses a theme. Choosing what the system has goes back to following it. */
export function chooseTheme(theme: Theme): void {
  const follows = theme === (systemDark.matches ? 'dark' : 'light');
  if (follows) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (follows) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts until the page is left.
  }
}

/** Calls back when the system's theme changes. @returns how to stop. */
export function watchSystemTheme(listener: () => void): () => void {
  systemDark.addEventListener('change', listener);
  return () => systemDark.removeEventListener('change', listener);
}
