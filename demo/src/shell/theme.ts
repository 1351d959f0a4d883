export type Theme = 'light' | 'dark';

/** What the visitor chose: a theme, or to follow the system. */
export type ThemeChoice = Theme | 'system';

/** Read again by public/theme.js before the first paint. */
const KEY = 'nearfield-theme';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};
systemDark.addEventListener('change', tell);

/** The colours of the browser's own frame, each with the theme that it is of. */
const frames = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')].map((meta) => ({
  meta,
  color: meta.content,
  theme: meta.media.includes('dark') ? 'dark' : 'light',
}));

/** Gives the browser's frame the theme that is shown: by itself it follows the system alone. */
function colorFrame(): void {
  const chosen = chosenTheme();
  const color = frames.find(({ theme }) => theme === chosen)?.color;
  for (const frame of frames) frame.meta.content = color ?? frame.color;
}
colorFrame();

/** What was chosen. */
export function chosenTheme(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** The theme that is shown: the chosen one, else the system's. */
export function currentTheme(): Theme {
  const chosen = chosenTheme();
  if (chosen !== 'system') return chosen;
  return systemDark.matches ? 'dark' : 'light';
}

/** Chooses a theme, or to follow the system. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is blocked: the choice lasts until the page is left.
  }
  colorFrame();
  tell();
}

/** Changes to the other theme. Where the system has that one, it is followed again. */
export function changeTheme(): void {
  const other: Theme = currentTheme() === 'dark' ? 'light' : 'dark';
  chooseTheme(other === (systemDark.matches ? 'dark' : 'light') ? 'system' : other);
}

/** Calls back when another theme is shown or chosen. @returns how to stop. */
export function watchTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
