import { html, type TemplateResult } from 'lit';
import { languageInUse } from '../words/in-use.ts';
import { libraryWords } from '../words/language.ts';

/** What the library says, in the language in use; marked as English where there are no words for it. */
export function libraryText(text: string): string | TemplateResult {
  const own = libraryWords(text);
  return own ?? (languageInUse() === 'en' ? text : html`<span lang="en">${text}</span>`);
}
