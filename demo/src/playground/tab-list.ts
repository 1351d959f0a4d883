import { html, type TemplateResult } from 'lit';

interface TabListOptions<Name extends string> {
  /** Of all tabs together, for whoever does not see them. */
  label: string;
  /** Id of the element that the tabs change. */
  controls: string;
  tabs: readonly { name: Name; title: string }[];
  chosen: Name;
  choose: (name: Name) => void;
}

/** Where a key leads from a place among so many. */
const MOVES: Readonly<Record<string, (place: number, count: number) => number>> = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Tabs as the pattern of WAI-ARIA has them: one stop of the Tab key, arrows between them. */
export function tabList<Name extends string>({
  label,
  controls,
  tabs,
  chosen,
  choose,
}: TabListOptions<Name>): TemplateResult {
  const move = (event: KeyboardEvent): void => {
    const next = MOVES[event.key];
    if (!next) return;
    event.preventDefault();
    const list = event.currentTarget as HTMLElement;
    const rtl = getComputedStyle(list).direction === 'rtl';
    const place = tabs.findIndex(({ name }) => name === chosen);
    const key = rtl
      ? ({ ArrowRight: 'ArrowLeft', ArrowLeft: 'ArrowRight' }[event.key] ?? event.key)
      : event.key;
    const target = MOVES[key]!(place, tabs.length);
    choose(tabs[target]!.name);
    list.querySelectorAll<HTMLElement>('[role="tab"]')[target]?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${move}>
    ${tabs.map(
      ({ name, title }) => html`<button
        type="button"
        role="tab"
        id="${controls}-${name}"
        aria-controls=${controls}
        aria-selected=${name === chosen ? 'true' : 'false'}
        tabindex=${name === chosen ? 0 : -1}
        @click=${() => choose(name)}
      >
        ${title}
      </button>`,
    )}
  </div>`;
}
