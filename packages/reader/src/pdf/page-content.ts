import type { PDFPageProxy } from 'pdfjs-dist';
import { fieldRuns, linkBoxes, linked } from './annotations.ts';
import type { PageContent, Rule, Run } from './geometry.ts';
import type { PdfLibrary } from './library.ts';
import { type Matrix, multiply, quarterTurn, transformed } from './matrix.ts';
import { rulesOf } from './rules.ts';

/** A piece of text as the library gives it. */
interface Item {
  str: string;
  dir: string;
  width: number;
  height: number;
  transform: number[];
  fontName: string;
}

/** A font as the library describes it. */
interface Font {
  name?: string;
  bold?: boolean;
  black?: boolean;
  isMonospace?: boolean;
}

const BOLD = /bold|black|heavy|semibold|demi(?!light)|[-,]b(?:old)?(?:i|o)?$/i;
const MONOSPACE = /mono|courier|consolas|menlo|typewriter|cmtt/i;

/** What a page shows, upright: most of its text is level, whatever the page's own rotation. */
export async function contentOf(page: PDFPageProxy, library: PdfLibrary): Promise<PageContent> {
  const [text, operators, annotations] = await Promise.all([
    page.getTextContent(),
    page.getOperatorList(),
    page.getAnnotations(),
  ]);
  const viewport = page.getViewport({ scale: 1 });
  const items = text.items.filter((item): item is typeof item & Item => 'str' in item && item.str !== '');
  const own = viewport.transform as unknown as Matrix;
  const angles = new Map<number, number>();
  for (const { transform, str } of items) {
    const quarters = quartersOf(multiply(own, transform as unknown as Matrix));
    // What stands aslant is a watermark.
    if (quarters >= 0) angles.set(quarters, (angles.get(quarters) ?? 0) + str.length);
  }
  const most = [...angles].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0;
  const fonts = new Map<string, Font>();
  for (const name of Object.keys(text.styles)) {
    if (page.commonObjs.has(name)) fonts.set(name, page.commonObjs.get(name) as Font);
  }
  const runsAt = (quarters: number): Run[] => {
    const view = multiply(quarterTurn(-quarters, viewport.width, viewport.height), own);
    const links = linkBoxes(annotations, view);
    const runs: Run[] = [];
    for (const item of items) {
      if (quartersOf(multiply(own, item.transform as unknown as Matrix)) !== quarters) continue;
      const last = runs.at(-1);
      if (item.str.trim() !== '') {
        const placed = multiply(view, item.transform as unknown as Matrix);
        runs.push(...linked(runOf(item, placed, fonts.get(item.fontName)), links));
      } else if (last && !last.text.endsWith(' ')) last.text += ' ';
    }
    return withoutDoubles(runs);
  };
  const upright = most % 2 === 0;
  const view = multiply(quarterTurn(-most, viewport.width, viewport.height), own);
  const runs = runsAt(most);
  return {
    width: upright ? viewport.width : viewport.height,
    height: upright ? viewport.height : viewport.width,
    runs: [...runs, ...fieldRuns(annotations, view, runs)],
    turned: [...angles.keys()].filter((quarters) => quarters !== most).map(runsAt),
    rules: distinct(rulesOf(operators, library, view)),
  };
}

/** Quarter turns of text: 0 if it is level, 1 if it runs down the page; −1 if it stands at another angle. */
function quartersOf([a, b]: Matrix): number {
  const turns = Math.atan2(b, a) / (Math.PI / 2);
  const whole = Math.round(turns);
  return Math.abs(turns - whole) < 0.1 ? (whole + 4) % 4 : -1;
}

function runOf(item: Item, placed: Matrix, font: Font | undefined): Run {
  const size = Math.hypot(placed[2], placed[3]);
  const [x, baseline] = transformed(placed, 0, 0);
  const name = font?.name ?? '';
  return {
    text: item.str,
    left: x,
    right: x + item.width,
    top: baseline - size * 0.8,
    bottom: baseline + size * 0.2,
    baseline,
    size,
    bold: font?.bold === true || font?.black === true || BOLD.test(name),
    monospace: font?.isMonospace === true || MONOSPACE.test(name),
    rightToLeft: item.dir === 'rtl',
  };
}

/** Bold letters are sometimes made by setting the same text twice, a little to the side. */
function withoutDoubles(runs: readonly Run[]): Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    const double = kept.some(
      (other) =>
        other.text === run.text &&
        Math.abs(other.left - run.left) < run.size * 0.2 &&
        Math.abs(other.baseline - run.baseline) < run.size * 0.2,
    );
    if (!double) kept.push(run);
  }
  return kept;
}

function distinct(rules: readonly Rule[]): Rule[] {
  const seen = new Set<string>();
  return rules.filter(({ horizontal, at, from, to }) => {
    const key = [horizontal, Math.round(at), Math.round(from), Math.round(to)].join();
    return !seen.has(key) && seen.add(key);
  });
}
