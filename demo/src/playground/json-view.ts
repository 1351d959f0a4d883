import { html, nothing, type TemplateResult } from 'lit';
import { words } from '../words/language.ts';

/** Items of a list of numbers up to which it is shown whole. */
const SHORT_LIST = 12;
/** Characters of a text up to which it is shown whole. */
const SHORT_TEXT = 600;
/** Items of any list, and fields of any object, that are shown without being asked for. */
const FIRST = 40;

type Piece = string | TemplateResult;

const isNumbers = (list: readonly unknown[]): boolean => list.every((each) => typeof each === 'number');

/** What is folded away behind its summary, within the text. */
const folded = (shown: string, whole: Piece | readonly Piece[]): TemplateResult =>
  html`<details class="fold"><summary>${shown}</summary>${whole}</details>`;

function written(value: unknown, indent: string): Piece[] {
  if (typeof value === 'string' && value.length > SHORT_TEXT) {
    const start = JSON.stringify(value.slice(0, 80)).slice(0, -1);
    return [folded(`${start}… ${words().playground.characters(value.length)}`, JSON.stringify(value))];
  }
  if (typeof value !== 'object' || value === null) return [String(JSON.stringify(value))];
  const isList = Array.isArray(value);
  if (isList && value.length > 0 && isNumbers(value)) return [numbers(value as readonly number[])];
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return [`${open}${close}`];
  const deeper = `${indent}  `;
  const lines = entries.map(([name, each], index): Piece[] => [
    `\n${deeper}${isList ? '' : `${JSON.stringify(name)}: `}`,
    ...written(each, deeper),
    index < entries.length - 1 ? ',' : '',
  ]);
  const rest = lines.slice(FIRST);
  return [
    open,
    ...lines.slice(0, FIRST).flat(),
    ...(rest.length > 0 ? [`\n${deeper}`, folded(words().playground.more(rest.length), rest.flat())] : []),
    `\n${indent}${close}`,
  ];
}

function numbers(list: readonly number[]): Piece {
  if (list.length <= SHORT_LIST) return `[${list.join(', ')}]`;
  const start = list.slice(0, 3).join(', ');
  return folded(`[${start}, … ${words().playground.numbers(list.length)}]`, `[${list.join(', ')}]`);
}

/**
 * JSON with what is long in it folded away: lists of numbers, long texts, and the rest of long lists.
 * @param label name of the part, for whoever does not see where it stands
 */
export const jsonView = (value: unknown, label: string): TemplateResult | typeof nothing =>
  value === undefined
    ? nothing
    : html`<div class="json" role="region" tabindex="0" aria-label=${label} dir="ltr">${written(value, '')}</div>`;
