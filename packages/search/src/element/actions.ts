/** What the parts of a view call: the reader's actions, carried out on the search and its element. */
import type { Actions, Choice } from './parts/view.ts';
import type { PlainForm } from './plain-form.ts';
import type { SearchSession } from './session.ts';
import type { ShortcutKeys } from './shortcut-keys.ts';

/** The element, as far as actions need it. */
export interface ActionHost {
  readonly session: SearchSession;
  readonly form: PlainForm;
  readonly keys: ShortcutKeys;
  readonly field: HTMLInputElement;
  readonly hiddenParts: ReadonlySet<string>;
  typed(query: string): void;
  pressed(event: KeyboardEvent): void;
  follow(choice: Choice): void;
  close(): void;
  requestUpdate(): void;
}

export function actionsOf(host: ActionHost): Actions {
  const { session, form, keys } = host;
  return {
    engage: () => session.engage(),
    typed: () => host.typed(host.field.value),
    pressed: (event) => host.pressed(event),
    clear: () => {
      host.field.focus();
      host.typed('');
    },
    close: () => host.close(),
    addressOf: ({ result }, passage) =>
      session.searcher.addressOf(result, passage, !host.hiddenParts.has('highlights')),
    choose: (choice) => host.follow(choice),
    hold: (id) => session.tiers.hold(id),
    explain: (id) => session.explain(id),
    ask: (query) => {
      host.field.focus();
      host.typed(query);
    },
    forget: (query) => {
      host.field.focus();
      session.forget(query);
    },
    filter: (name, value, isChosen) => {
      session.choice.choose(name, value, isChosen);
      void session.search(session.query);
    },
    unfold: (name) => {
      session.choice.unfold(name);
      host.requestUpdate();
    },
    removeFilters: () => {
      host.field.focus();
      session.choice.clear();
      void session.search(session.query);
    },
    reopen: () => {
      host.field.focus();
      void session.reopen();
    },
    submitForm: () => form.submit(session.query),
    switchSlash: (isOn) => keys.switchSlash(isOn),
  };
}
