import { css } from 'lit';

/**
 * One constructable stylesheet, which a policy of `style-src 'self'` allows. Lengths of rows do not depend on what is in
 * them, so that a new order moves nothing that stays.
 */
export const styles = css`
  :host {
    --_accent: var(--nearfield-accent, light-dark(#0b57d0, #a8c7fa));
    --_text: var(--nearfield-text, light-dark(#1b1b1f, #e6e6ea));
    --_muted: var(--nearfield-muted, light-dark(#5b5b66, #b0b0bb));
    --_background: var(--nearfield-background, light-dark(#fff, #1c1c20));
    --_raised: var(--nearfield-raised, light-dark(#f3f3f7, #292930));
    --_active: var(--nearfield-active, light-dark(#e5eefc, #2d3a52));
    --_border: var(--nearfield-border, light-dark(#d3d3dc, #44444f));
    --_mark: var(--nearfield-mark, light-dark(#ffec99, #5c4a00));
    --_mark-text: var(--nearfield-mark-text, var(--_text));
    --_warning: var(--nearfield-warning, light-dark(#8a4b00, #ffb86b));
    --_radius: var(--nearfield-radius, 12px);
    --_backdrop: var(--nearfield-backdrop, rgb(0 0 0 / 45%));
    --_font-size: var(--nearfield-font-size, 1rem);
    display: inline-block;
    /* What a header or a toolbar around it sets for its own line of links. */
    pointer-events: auto; text-align: start; text-indent: 0; text-transform: none; white-space: normal;
    color: var(--_text);
    font-size: var(--_font-size);
    line-height: 1.5;
    text-align: start;
  }
  :host([mode='inline']) { display: block; }
  :host([hidden]) { display: none; }
  *, ::before, ::after { box-sizing: border-box; }
  button, input { color: inherit; font: inherit; letter-spacing: inherit; }
  button { cursor: pointer; }
  :focus-visible { outline: 2px solid var(--_accent); outline-offset: 1px; }
  svg { block-size: 1.15em; flex: none; inline-size: 1.15em; }
  .unseen {
    block-size: 1px; clip-path: inset(50%); inline-size: 1px; overflow: hidden; position: absolute; white-space: nowrap;
  }
  kbd {
    background: var(--_raised); border: 1px solid var(--_border); border-radius: 5px; color: var(--_muted);
    font: inherit; font-size: 0.75em; padding: 0.1em 0.45em;
  }

  .trigger {
    align-items: center; background: var(--_background); border: 1px solid var(--_border);
    border-radius: var(--_radius); color: var(--_muted); display: inline-flex; gap: 0.6em;
    min-block-size: 2.75em; padding: 0.35em 0.9em;
  }
  .trigger:hover { border-color: var(--_accent); color: var(--_text); }

  dialog {
    background: var(--_background); border: 1px solid var(--_border); border-radius: var(--_radius);
    box-shadow: 0 20px 60px rgb(0 0 0 / 30%); color: var(--_text); inline-size: min(var(--nearfield-width, 44rem), 92vw);
    margin-block: 10vh auto; margin-inline: auto; max-block-size: 78vh; max-block-size: 78dvh; overflow: hidden; padding: 0;
  }
  dialog::backdrop { background: var(--_backdrop); }
  dialog[open] { display: flex; }
  .panel { display: flex; flex: 1; flex-direction: column; min-block-size: 0; min-inline-size: 0; }
  .inline { background: var(--_background); border: 1px solid var(--_border); border-radius: var(--_radius); overflow: hidden; }

  .bar {
    align-items: center; border-block-end: 1px solid var(--_border); display: flex; gap: 0.6em;
    padding-block: 0.35em; padding-inline: 0.9em 0.5em; position: relative;
  }
  .bar svg { color: var(--_muted); }
  input.field {
    appearance: none; background: none; border: 0; flex: 1; font-size: max(1.05em, 16px); min-inline-size: 0; outline: none;
    padding: 0.55em 0;
  }
  .bar:focus-within { box-shadow: inset 0 0 0 2px var(--_accent); border-radius: var(--_radius) var(--_radius) 0 0; }
  input.field::placeholder { color: var(--_muted); opacity: 1; }
  input.field::-webkit-search-cancel-button { display: none; }
  .plain {
    background: none; border: 0; border-radius: 8px; color: var(--_muted); min-block-size: 2.2em; padding: 0.25em 0.6em;
  }
  .plain:hover { background: var(--_raised); color: var(--_text); }
  .busy { background: var(--_accent); block-size: 2px; inset-block-end: -1px; inset-inline: 0; opacity: 0; position: absolute; }
  [data-busy] .busy { animation: busy 1s 0.25s ease-in-out infinite alternate; }
  @keyframes busy { from { opacity: 0.15; } to { opacity: 0.9; } }

  .facets { border-block-end: 1px solid var(--_border); display: flex; flex-wrap: wrap; gap: 0.35em 1.1em; max-block-size: 9.5em; overflow: auto; padding: 0.5em 0.9em; }
  fieldset { align-items: center; border: 0; display: flex; flex-wrap: wrap; gap: 0.35em; margin: 0; min-inline-size: 0; padding: 0; }
  legend { color: var(--_muted); float: inline-start; font-size: 0.8em; margin-inline-end: 0.2em; padding: 0; }
  .chip {
    align-items: center; border: 1px solid var(--_border); border-radius: 99px; cursor: pointer; display: inline-flex;
    font-size: 0.8em; gap: 0.4em; min-block-size: 24px; padding: 0.1em 0.7em;
  }
  .chip:hover { border-color: var(--_accent); }
  .chip input { accent-color: var(--_accent); margin: 0; }
  .chip:has(:checked) { background: var(--_active); border-color: var(--_accent); }
  .chip:has(:focus-visible) { outline: 2px solid var(--_accent); outline-offset: 1px; }
  .chip input:focus-visible { outline: none; }
  .count { color: var(--_muted); font-variant-numeric: tabular-nums; }

  .scroll { flex: 1; min-block-size: 0; overflow: auto; overscroll-behavior: contain; padding: 0.4em; scroll-padding-block: 0.6em; scrollbar-gutter: stable; scrollbar-width: thin; }
  .status { color: var(--_muted); font-size: 0.8em; margin: 0; min-block-size: 1.7em; padding: 0.15em 0.7em; }
  .heading { align-items: center; color: var(--_muted); display: flex; font-size: 0.8em; font-weight: 600; justify-content: space-between; margin: 0; padding: 0.3em 0.7em; }
  .group { padding-block: 2px; }
  .group + .group { border-block-start: 1px solid var(--_border); }
  [role='row'] { align-items: stretch; border-radius: calc(var(--_radius) - 4px); display: flex; }
  [role='row']:hover { background: var(--_raised); }
  [role='row']:has([aria-selected='true']) { background: var(--_active); }
  [role='gridcell'] { border-radius: calc(var(--_radius) - 4px); min-inline-size: 0; }
  [role='gridcell']:first-child { flex: 1; }
  [role='gridcell'][aria-selected='true'] { outline: 2px solid var(--_accent); outline-offset: -2px; }
  [role='gridcell'][aria-selected='true']:has(.why) { outline-color: transparent; }
  [role='gridcell'][aria-selected='true'] .why { outline: 2px solid var(--_accent); }
  .link { color: inherit; display: block; padding: 0.5em 0.7em; text-decoration: none; }
  .page .link { min-block-size: 6.4em; }
  .passage .link { margin-inline-start: 1.1em; min-block-size: 3.6em; padding-block: 0.25em; border-inline-start: 2px solid var(--_border); border-radius: 0; }
  .link > * { display: block; }
  .title, .meta, .passage .excerpt { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .title { font-weight: 600; }
  .page .title { color: var(--_accent); }
  .passage .title { font-size: 0.9em; }
  .meta { color: var(--_muted); font-size: 0.8em; min-block-size: 1lh; }
  .excerpt { color: var(--_text); font-size: 0.875em; }
  .page .excerpt { -webkit-box-orient: vertical; display: -webkit-box; -webkit-line-clamp: 2; line-clamp: 2; min-block-size: 2lh; overflow: hidden; overflow-wrap: anywhere; }
  .passage .excerpt { color: var(--_muted); min-block-size: 1lh; }
  mark { background: var(--_mark); border-radius: 2px; color: var(--_mark-text); }
  .room { block-size: 3.6em; }
  .room[data-rows='2'] { block-size: 7.2em; }
  .why { align-self: start; font-size: 0.8em; margin: 0.5em; white-space: nowrap; }
  .explanation { background: var(--_raised); border-radius: 8px; font-size: 0.8em; margin: 0.2em 0.6em 0.6em; padding: 0.5em 0.8em; }
  dl { display: grid; gap: 0.15em 0.9em; grid-template-columns: auto 1fr; margin: 0; }
  dt { color: var(--_muted); } dd { margin: 0; overflow-wrap: anywhere; }
  .query svg { color: var(--_muted); margin-block-start: 0.2em; }
  .query { background: none; border: 0; display: flex; gap: 0.7em; inline-size: 100%; padding: 0.5em 0.7em; text-align: start; }
  .query span { overflow-wrap: anywhere; }

  .notice { background: var(--_raised); border-inline-start: 3px solid var(--_warning); border-radius: 8px; display: grid; font-size: 0.875em; gap: 0.35em; margin: 0.4em; padding: 0.6em 0.8em; }
  .notice p { margin: 0; }
  .notice strong { font-weight: 600; }
  .actions { display: flex; flex-wrap: wrap; gap: 0.5em; }
  .action { background: var(--_background); border: 1px solid var(--_border); border-radius: 8px; min-block-size: 2.2em; padding: 0.2em 0.8em; }
  .action:hover { border-color: var(--_accent); }
  summary { color: var(--_muted); cursor: pointer; }
  details p { overflow-wrap: anywhere; }
  .empty { color: var(--_muted); margin: 0; padding: 0.9em 0.7em; }
  .empty strong { color: var(--_text); display: block; overflow-wrap: anywhere; }

  .footer { align-items: center; border-block-start: 1px solid var(--_border); color: var(--_muted); display: flex; flex-wrap: wrap; font-size: 0.75em; gap: 0.4em 1.2em; padding: 0.5em 1em; }
  .footer label { align-items: center; cursor: pointer; display: inline-flex; gap: 0.4em; margin-inline-start: auto; min-block-size: 24px; }
  .footer input { accent-color: var(--_accent); margin: 0; }

  @media (max-width: 40rem) {
    dialog { block-size: 100dvh; border: 0; border-radius: 0; inline-size: 100vw; margin: 0; max-block-size: none; max-inline-size: none; }
    .bar, .bar:focus-within { border-radius: 0; }
    .trigger kbd { display: none; }
    .facets { flex-wrap: nowrap; overflow-x: auto; }
    fieldset { flex-wrap: nowrap; }
    .chip { white-space: nowrap; }
  }
  @media (max-width: 40rem), (hover: none) {
    .footer { display: none; }
  }
  @media (prefers-reduced-motion: reduce) { [data-busy] .busy { animation: none; opacity: 0.7; } }
  @media (forced-colors: active) {
    [role='gridcell'][aria-selected='true'] { outline-color: Highlight; }
    .chip:has(:checked) { border-color: Highlight; }
    mark { background: Mark; color: MarkText; }
    .busy { forced-color-adjust: none; background: Highlight; }
  }
`;
