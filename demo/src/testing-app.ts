/** Set-up of tests that need an app with its search page. */
import { createRouter } from '@nearfield/router';
import { documentOf } from './search/read-files.ts';
import { Searching } from './search/searching.ts';
import { App } from './shell/app.ts';
import { LetterFoundation, localFoundation } from './testing.ts';

export interface LetterApp {
  local: LetterFoundation;
  remote: LetterFoundation;
  app: App;
  searching: Searching;
  /** Models whose files were deleted; undefined for all. */
  deleted: (string | undefined)[];
}

/** An app over a {@link LetterFoundation} on each side. */
export function letterApp(): LetterApp {
  const local = new LetterFoundation();
  const remote = new LetterFoundation();
  const deleted: (string | undefined)[] = [];
  const app = new App({
    connections: {
      local: () =>
        localFoundation(local.foundation, {
          storage: {
            usage: async () => [{ model: 'letters', bytes: 10, lastUsed: 0, complete: true }],
            delete: async (model) => void deleted.push(model),
          },
        }),
      remote: () => remote.foundation,
      router: async () => createRouter,
    },
    baseUrl: 'https://example.org',
  });
  const searching = new Searching(app, { models: { local: 'letters', remote: 'letters' }, debounce: 5 });
  return { local, remote, app, searching, deleted };
}

/** A document of the given paragraphs. */
export const documentOfParagraphs = (name: string, ...paragraphs: string[]): ReturnType<typeof documentOf> =>
  documentOf(name, paragraphs.join('\n\n'), false);

/** A paragraph that is long enough to be a passage by itself. */
export const long = (word: string): string => Array.from({ length: 14 }, () => word).join(' ');
