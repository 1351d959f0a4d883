import type { Language } from '../../analysis/analyser.ts';
import type { FoundPassage } from '../../open-index.ts';
import type { SearchState } from '../../tiers/search-state.ts';
import type { Slot } from '../../tiers/settle.ts';
import type { Cursor } from '../cursor.ts';
import type { FacetChoice } from '../facet-choice.ts';
import type { Translator } from '../translation/translator.ts';

/** A row of the popup that the arrow keys reach. */
export type Row = { readonly key: string; readonly cells: readonly string[] } & (
  | { readonly kind: 'page'; readonly slot: Slot; readonly place: number }
  | { readonly kind: 'explanation'; readonly slot: Slot }
  | { readonly kind: 'passage'; readonly slot: Slot; readonly passage: FoundPassage; readonly place: number }
  | { readonly kind: 'recent' | 'suggestion'; readonly query: string }
);

/** A link that the reader follows. */
export interface Choice {
  readonly slot: Slot;
  readonly passage: FoundPassage | undefined;
  readonly place: number;
  readonly event: MouseEvent;
}

/** Callbacks of the parts for the reader's actions. */
export interface Actions {
  engage(): void;
  typed(event: InputEvent): void;
  pressed(event: KeyboardEvent): void;
  clear(): void;
  close(): void;
  addressOf(slot: Slot, passage: FoundPassage | undefined): string;
  choose(choice: Choice): void;
  hold(id: string): void;
  explain(id: string): void;
  ask(query: string): void;
  /** One recent search, or all. */
  forget(query?: string): void;
  filter(name: string, value: string, isChosen: boolean): void;
  unfold(name: string): void;
  removeFilters(): void;
  reopen(): void;
  submitForm(): void;
  switchSlash(isOn: boolean): void;
}

/** State that the parts display. */
export interface View {
  readonly state: SearchState;
  readonly t: Translator;
  readonly rows: readonly Row[];
  readonly cursor: Cursor;
  /** Text of the field. */
  readonly query: string;
  readonly label: string;
  readonly placeholder: string;
  readonly isInline: boolean;
  /** Languages of the index, by which words are marked. */
  readonly languages: readonly Language[];
  readonly choice: FacetChoice;
  /** Ids of results whose explanation is open. */
  readonly explained: ReadonlySet<string>;
  /** Parts that the page leaves out. */
  readonly hidden: ReadonlySet<string>;
  readonly hasForm: boolean;
  /** The key without ⌘ or Ctrl that opens the search, as it is printed, and whether the reader lets it. */
  readonly slash: { readonly label: string; readonly isOn: boolean } | undefined;
  readonly announcement: string;
  readonly actions: Actions;
}

/** The DOM id of a cell of a row. */
export const cellId = (view: View, row: Row, cell: string): string => `row-${view.rows.indexOf(row)}-${cell}`;

/** The DOM id of the cell that the cursor is on. */
export function activeId(view: View): string | undefined {
  const { row, cell } = view.cursor;
  const active = view.rows.find(({ key }) => key === row?.key);
  return active === undefined || cell === undefined ? undefined : cellId(view, active, cell);
}
