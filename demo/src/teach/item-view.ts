import { html, type TemplateResult } from 'lit';
import type { Item } from './project.ts';
import type { Teaching } from './teaching.ts';

/** An item: its text, or its picture with its name. */
export function itemView(page: Teaching, item: Item): TemplateResult {
  const url = page.pictures.url(item.id);
  if (url === undefined) return html`<span class="item-text" dir="auto">${item.text}</span>`;
  return html`<img class="item-picture" src=${url} alt=${item.text} width="56" height="56" loading="lazy" />`;
}

/** The beginning of an item, for the name of a button. */
export const shortOf = ({ text }: Item): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
