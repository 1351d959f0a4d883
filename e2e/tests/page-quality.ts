/** What holds on every page of the demo, whatever it shows: each check lists what breaks it. */
import type { Page } from '@playwright/test';

/** What is pressed, typed into or chosen. */
const CONTROLS = 'a[href], button, input, select, textarea, summary, [role="tab"], [tabindex="0"]';

/** Starts to sum up how much of the page moves without the visitor's doing. Before the page is opened. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: { value: number; what: string }[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput, sources } = entry as PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
          sources: { node: Node | null }[];
        };
        if (hadRecentInput) continue;
        const names = sources.map(({ node }) => {
          const element = node instanceof Element ? node : node?.parentElement;
          return element ? `${element.localName}.${element.className}` : '?';
        });
        shifts.push({ value, what: names.join(', ') });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The sum of shifts since the last call, and what moved. */
export async function takeShifts(page: Page): Promise<{ sum: number; moved: string[] }> {
  return page.evaluate(() => {
    const { shifts } = globalThis as unknown as { shifts: { value: number; what: string }[] };
    const taken = shifts.splice(0);
    return {
      sum: taken.reduce((sum, { value }) => sum + value, 0),
      moved: taken.map(({ value, what }) => `${value.toFixed(4)} ${what}`),
    };
  });
}

/** Controls that are smaller than a finger: 24 pixels, and 44 for what a page is for. */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate((controls) => {
    const isCoarse = matchMedia('(pointer: coarse)').matches;
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(controls)) {
      const own = element.getBoundingClientRect();
      if (own.width === 0 || own.height === 0 || element.closest('.visually-hidden, .skip, pre, p')) continue;
      // A link or a fold within a line is as high as the line.
      if (getComputedStyle(element).display === 'inline') continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      let { width, height } = own;
      // A press on its label is one on it.
      for (const label of (element as HTMLInputElement).labels ?? []) {
        const box = label.getBoundingClientRect();
        width = Math.max(width, box.width);
        height = Math.max(height, box.height);
      }
      const least = isCoarse && element.matches('button.primary') ? 44 : 24;
      if (Math.min(width, height) < least - 0.5) {
        const name = element.getAttribute('aria-label') ?? (element.textContent?.trim() || element.id);
        found.push(
          `${element.localName} “${name.slice(0, 40)}” ${Math.round(width)} × ${Math.round(height)}`,
        );
      }
    }
    return found;
  }, CONTROLS);

/** What is beyond the edge of the screen, or cut off where nothing scrolls. */
export const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page by ${scrollWidth - clientWidth} pixels`] : [];
    const scrolls = (element: Element): boolean => {
      for (let each: Element | null = element; each; each = each.parentElement)
        if (/auto|scroll/u.test(getComputedStyle(each).overflowX)) return true;
      return false;
    };
    const texts = 'a, button, label, legend, summary, h1, h2, h3, h4, p, dt, dd, li, td, th, span';
    for (const element of document.querySelectorAll<HTMLElement>(texts)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest('.visually-hidden, .skip, [aria-hidden="true"]')) continue;
      const { overflowX, clipPath, textOverflow } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || clipPath !== 'none') continue;
      // Where a text ends in dots, it is meant to, and stands elsewhere as a whole.
      const isCut =
        textOverflow !== 'ellipsis' &&
        /hidden|clip/u.test(overflowX) &&
        element.scrollWidth > element.clientWidth + 1;
      const isBeyond = box.left < -1 || box.right > clientWidth + 1;
      if ((isCut || isBeyond) && !scrolls(element))
        found.push(`${element.localName}.${element.className} “${element.textContent?.trim().slice(0, 40)}”`);
    }
    return found;
  });

/** Motion that somebody who asked for less of it would see. */
export const motions = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    document.getAnimations().flatMap((animation) => {
      const { duration, iterations } = animation.effect!.getComputedTiming();
      const isLong = Number(duration) * Number(iterations) > 100;
      const target = (animation.effect as KeyframeEffect).target;
      return isLong ? [`${target?.localName}.${target?.className} ${duration} ms × ${iterations}`] : [];
    }),
  );

/** Texts from right to left whose place does not follow their direction. */
export const wrongDirections = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const rightToLeft = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u;
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement!;
      const text = node.textContent!.trim();
      if (!rightToLeft.test(text) || !parent.checkVisibility() || parent.closest('option, pre')) continue;
      const { direction, unicodeBidi } = getComputedStyle(parent);
      if (direction !== 'rtl' && unicodeBidi !== 'plaintext')
        found.push(`${parent.localName}.${parent.className} “${text.slice(0, 30)}”`);
    }
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
      'textarea, input',
    )) {
      if (rightToLeft.test(field.value) && getComputedStyle(field).direction !== 'rtl')
        found.push(`${field.localName}#${field.id}`);
    }
    return found;
  });

/** What cannot be told from the rest where the system's colours take the place of the page's. */
export const invisibleInForcedColors = (page: Page): Promise<string[]> =>
  page.evaluate((controls) => {
    const found: string[] = [];
    const nameOf = (element: Element): string =>
      `${element.localName}.${element.className} “${element.textContent?.trim().slice(0, 30)}”`;
    const shown = (selector: string): HTMLElement[] =>
      [...document.querySelectorAll<HTMLElement>(selector)].filter((each) =>
        each.checkVisibility({ visibilityProperty: true }),
      );
    const hasLine = (element: Element): boolean => {
      const {
        outlineStyle,
        outlineWidth,
        borderBottomStyle,
        borderBottomWidth,
        borderBottomColor,
        backgroundColor,
      } = getComputedStyle(element);
      const hasBorder =
        borderBottomStyle !== 'none' &&
        Number.parseFloat(borderBottomWidth) >= 1 &&
        borderBottomColor !== backgroundColor;
      return hasBorder || (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1);
    };
    for (const each of shown(
      '.chip, .tag, .moved, [aria-current], [aria-selected="true"], [aria-pressed="true"], .mode-switch input:checked + .choice',
    ))
      if (!hasLine(each)) found.push(`no line around ${nameOf(each)}`);
    for (const each of shown('mark')) {
      const { color, backgroundColor } = getComputedStyle(each);
      if (color === backgroundColor) found.push(`unreadable ${nameOf(each)}`);
    }
    for (const each of shown('meter, progress'))
      if (getComputedStyle(each).forcedColorAdjust !== 'none') found.push(`empty ${nameOf(each)}`);
    const plate = document.createElement('i');
    plate.style.color = 'Canvas';
    document.body.append(plate);
    const { color: ground } = getComputedStyle(plate);
    plate.remove();
    const parts = ground.match(/\d+/gu)!.map(Number);
    for (const canvas of shown('canvas') as HTMLCanvasElement[]) {
      const { width, height } = canvas;
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      let marks = 0;
      for (let at = 0; at < data.length; at += 4) {
        const difference = [0, 1, 2].reduce(
          (sum, part) => sum + Math.abs(data[at + part]! - parts[part]!),
          0,
        );
        if (data[at + 3]! > 200 && difference > 200) marks++;
      }
      if (marks < 100) found.push(`nothing seen on ${nameOf(canvas)}`);
    }
    for (const each of shown(controls)) {
      // A plate of the page's ground lies under texts, unless an element does without the system's help.
      const { color, forcedColorAdjust } = getComputedStyle(each);
      if (color === ground && forcedColorAdjust !== 'none') found.push(`unreadable ${nameOf(each)}`);
    }
    const before = document.activeElement as HTMLElement | null;
    for (const each of shown(controls)) {
      if ((each as HTMLButtonElement).disabled || each.tabIndex < 0 || each.closest('.visually-hidden'))
        continue;
      each.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
      if (document.activeElement !== each) continue;
      // A choice shows its ring at its label, a field among chips at their frame.
      const rings = [
        each,
        each.nextElementSibling,
        each.closest(':focus-within:is(.chips, .search-box, form, div)'),
      ];
      const hasRing = rings.some((ring) => {
        if (!ring) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(ring);
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      });
      if (!hasRing) found.push(`no ring around ${nameOf(each)}#${each.id}`);
    }
    if (before && before !== document.body) before.focus({ preventScroll: true });
    else (document.activeElement as HTMLElement | null)?.blur();
    return [...new Set(found)];
  }, CONTROLS);
