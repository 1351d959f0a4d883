/** Results, grouped by page. Rendered by place: what keeps its place keeps its nodes, its focus and its pointer. */
import { html, nothing, type TemplateResult } from 'lit';
import { excerptOf, marked, type Piece } from '../excerpt.ts';
import { headingsOf, markedForms, marksOf } from '../marks.ts';
import { cellId, type Row, type View } from './view.ts';

const pieces = (all: readonly Piece[]) =>
  all.map(({ text, isMarked }) => (isMarked ? html`<mark part="mark">${text}</mark>` : text));

/** UTF-16 units of the one line that a passage below its page has. */
const SHORT = 120;

export function results(view: View): TemplateResult[] {
  return view.state.slots.map(({ result, more, rows }, place) => {
    const own = view.rows.filter((row) => 'slot' in row && row.slot.result.id === result.id);
    const hold = (): void => view.actions.hold(result.id);
    return html`<div
      class="group"
      part="group"
      role="rowgroup"
      aria-label=${result.title}
      data-place=${place}
      data-id=${result.id}
      @pointerover=${hold}
      @focusin=${hold}
    >
      ${own.map((row) => resultRow(view, row))}
      ${rows > more.length ? html`<div class="room" role="none" data-rows=${rows - more.length}></div>` : nothing}
    </div>`;
  });
}

function resultRow(view: View, row: Row): TemplateResult | typeof nothing {
  switch (row.kind) {
    case 'page':
      return pageRow(view, row);
    case 'passage':
      return passageRow(view, row);
    case 'explanation':
      return explanationRow(view, row);
    default:
      return nothing;
  }
}

function pageRow(view: View, row: Extract<Row, { kind: 'page' }>): TemplateResult {
  const { slot, place } = row;
  const { title, breadcrumbs, passages, id } = slot.result;
  const [best] = passages;
  const marks = best && marksOf(slot.result, best, view.languages);
  const path = [...breadcrumbs, ...(best?.headings ?? [])].join(' › ');
  const isOpen = view.explained.has(id);
  return html`<div class="page" role="row">
    ${cell(
      view,
      row,
      'link',
      html`<a
        class="link"
        part="result"
        tabindex="-1"
        href=${view.actions.addressOf(slot, best)}
        @click=${(event: MouseEvent) => view.actions.choose({ slot, passage: best, place, event })}
      >
        <span class="title" part="title" dir="auto">${pieces(marked(title, marks?.title ?? []))}</span>
        <span class="meta" part="breadcrumbs" dir="auto">${path}</span>
        <span class="excerpt" part="excerpt" dir="auto">${pieces(excerptOf(best?.text ?? '', marks?.text ?? []))}</span>
      </a>`,
    )}
    ${
      view.hidden.has('why')
        ? nothing
        : cell(
            view,
            row,
            'why',
            html`<button
              class="plain why"
              part="why"
              type="button"
              tabindex="-1"
              aria-expanded=${isOpen}
              aria-label=${view.t.text('why')}
              title=${view.t.text('why')}
              @click=${() => view.actions.explain(id)}
            >
              ?
            </button>`,
          )
    }
  </div>`;
}

function passageRow(view: View, row: Extract<Row, { kind: 'passage' }>): TemplateResult {
  const { slot, passage, place } = row;
  const marks = marksOf(slot.result, passage, view.languages);
  return html`<div class="passage" role="row">
    ${cell(
      view,
      row,
      'link',
      html`<a
        class="link"
        part="result sub-result"
        tabindex="-1"
        href=${view.actions.addressOf(slot, passage)}
        @click=${(event: MouseEvent) => view.actions.choose({ slot, passage, place, event })}
      >
        <span class="title" part="heading" dir="auto">${pieces(marked(headingsOf(passage), marks.headings))}</span>
        <span class="excerpt" part="excerpt" dir="auto">${pieces(excerptOf(passage.text, marks.text, SHORT))}</span>
      </a>`,
    )}
  </div>`;
}

/** Scores of the page's best passage by words, meaning and reranker. */
function explanationRow(view: View, row: Extract<Row, { kind: 'explanation' }>): TemplateResult {
  const { t, state } = view;
  const { result } = row.slot;
  const [best] = result.passages;
  const { explanation } = best ?? {};
  const total = (explanation?.keywords ?? 0) + (explanation?.meaning ?? 0) || 1;
  const relevance = state.relevance.get(result.id);
  const forms = best ? markedForms(result, best, marksOf(result, best, view.languages)) : [];
  return html`<div role="row">
    ${cell(
      view,
      row,
      'text',
      html`<div class="explanation" part="explanation">
        <dl>
          <dt>${t.text('whyWords')}</dt>
          <dd>
            ${[t.share((explanation?.keywords ?? 0) / total), forms.join(', ')].filter((each) => each !== '').join(' · ')}
          </dd>
          <dt>${t.text('whyMeaning')}</dt>
          <dd>${t.share((explanation?.meaning ?? 0) / total)}</dd>
          ${
            relevance === undefined
              ? nothing
              : html`<dt>${t.text('whyReranker')}</dt>
                  <dd>${t.share(relevance)}</dd>`
          }
        </dl>
      </div>`,
    )}
  </div>`;
}

/** A cell of a row; the row's active cell is what the field's `aria-activedescendant` names. */
export function cell(view: View, row: Row, name: string, content: TemplateResult): TemplateResult {
  return html`<div
    role="gridcell"
    id=${cellId(view, row, name)}
    aria-selected=${view.cursor.isOn(row.key, name)}
  >
    ${content}
  </div>`;
}
