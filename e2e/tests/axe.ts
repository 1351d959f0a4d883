import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { expect } from './demo-page.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Violations found by axe-core, as lines: serious and critical ones, and others on request.
 * @param rules Default: all of WCAG 2.2 A and AA, and best practice
 */
export async function violations(
  page: Page,
  others: readonly ('minor' | 'moderate')[] = [],
  rules?: readonly string[],
): Promise<string[]> {
  const impacts: readonly (string | null | undefined)[] = ['serious', 'critical', ...others];
  // Evaluated instead of added as a script, which the page's security policy forbids.
  await page.evaluate(axe);
  const results = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(rules ?? RULES)} })`,
  );
  return results.violations
    .filter(({ impact }) => impacts.includes(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    );
}

/** Checks what is shown now in both themes, wide and narrow: no serious violations, nothing beyond the edge. */
export async function expectAccessible(page: Page): Promise<void> {
  const before = page.viewportSize()!;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `beyond the edge at ${width} px`).toBe(0);
    }
  }
  await page.setViewportSize(before);
}
