import { type Box, median, type Run } from './geometry.ts';
import { type Matrix, transformed } from './matrix.ts';

/** What the library says about an annotation, as far as it is read here. */
interface Annotation {
  subtype?: string;
  rect?: number[];
  url?: string;
  hidden?: boolean;
  fieldType?: string;
  fieldValue?: unknown;
  checkBox?: boolean;
  radioButton?: boolean;
  exportValue?: string;
  buttonValue?: string;
  options?: { exportValue?: string; displayValue?: string }[];
  password?: boolean;
}

interface LinkBox extends Box {
  url: string;
}

function boxOf(rect: readonly number[], view: Matrix): Box {
  const [x, y] = transformed(view, rect[0]!, rect[1]!);
  const [toX, toY] = transformed(view, rect[2]!, rect[3]!);
  return {
    left: Math.min(x, toX),
    right: Math.max(x, toX),
    top: Math.min(y, toY),
    bottom: Math.max(y, toY),
  };
}

/** Links to addresses outside, and where they are. Only web and mail addresses: the library has refused others. */
export const linkBoxes = (annotations: readonly Annotation[], view: Matrix): LinkBox[] =>
  annotations.flatMap(({ subtype, rect, url }) =>
    subtype === 'Link' && rect && url !== undefined && /^(https?|mailto):/i.test(url)
      ? [{ ...boxOf(rect, view), url }]
      : [],
  );

/** A run cut where links begin and end in it. Letters are taken to be equally wide, and words stay whole. */
export function linked(run: Run, links: readonly LinkBox[]): Run[] {
  const middle = (run.top + run.bottom) / 2;
  const link = links.find(
    ({ left, right, top, bottom }) =>
      top <= middle && middle <= bottom && Math.min(right, run.right) - Math.max(left, run.left) > 1,
  );
  if (!link) return [run];
  const width = (run.right - run.left) / run.text.length;
  const at = (x: number): number => {
    const part = (x - run.left) / width;
    return run.rightToLeft ? run.text.length - part : part;
  };
  const [from, to] = [at(link.left), at(link.right)].sort((a, b) => a - b) as [number, number];
  const words = [...run.text.matchAll(/\S+/g)].filter(({ index, 0: word }) => {
    const middleOfWord = index + word.length / 2;
    return middleOfWord > from && middleOfWord < to;
  });
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last) return [run];
  const end = last.index + last[0].length;
  return [
    [0, first.index, undefined],
    [first.index, end, link.url],
    [end, run.text.length, undefined],
  ].flatMap((piece) => {
    const [start, stop, url] = piece as [number, number, string | undefined];
    const text = run.text.slice(start, stop);
    if (text.trim() === '') return [];
    const [left, right] = run.rightToLeft
      ? [run.right - stop * width, run.right - start * width]
      : [run.left + start * width, run.left + stop * width];
    const part = { ...run, text, left, right, url };
    return url === undefined && stop === run.text.length ? linked(part, links) : [part];
  });
}

/** Values of a form's fields, as text where the fields are. */
export function fieldRuns(annotations: readonly Annotation[], view: Matrix, runs: readonly Run[]): Run[] {
  const usual = median(runs.map(({ size }) => size)) || 10;
  return annotations.flatMap((annotation) => {
    const { subtype, rect, hidden } = annotation;
    const text = subtype === 'Widget' && rect && !hidden ? textOfField(annotation) : '';
    if (text === '' || !rect) return [];
    const box = boxOf(rect, view);
    const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
    const height = (box.bottom - box.top) / lines.length;
    const size = Math.min(usual, height);
    return lines.map((line, index) => {
      const baseline = box.top + height * (index + 0.5) + size * 0.3;
      return {
        text: line,
        ...box,
        top: baseline - size * 0.8,
        bottom: baseline + size * 0.2,
        right: Math.min(box.right, box.left + Math.max(size, line.length * size * 0.5)),
        baseline,
        size,
        bold: false,
        monospace: false,
        rightToLeft: false,
      };
    });
  });
}

function textOfField(annotation: Annotation): string {
  const { fieldType, fieldValue, checkBox, radioButton, options = [] } = annotation;
  if (fieldType === 'Btn') {
    if (!checkBox && !radioButton) return '';
    const own = checkBox ? annotation.exportValue : annotation.buttonValue;
    const on = fieldValue != null && fieldValue !== 'Off' && (own == null || fieldValue === own);
    return on ? '[x]' : '[ ]';
  }
  if (annotation.password) return '';
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter(
    (value): value is string => typeof value === 'string',
  );
  return values
    .map((value) => options.find(({ exportValue }) => exportValue === value)?.displayValue ?? value)
    .join(', ')
    .trim();
}
