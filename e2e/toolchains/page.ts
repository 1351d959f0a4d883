/** What every toolchain's page must show, in a real browser. */
import { expect, type Page } from '@playwright/test';

/**
 * Cosine of the two sentences of docs/toolchains.md. The float32 model gives 0.650 (sentence-transformers' own
 * weights); int8 is allowed its rounding: 0.642 by onnxruntime, 0.647 by the encoder, less than a hundredth apart.
 */
export const SIMILARITY = 0.646;
/** Tokens of cl100k_base in "Pasta is made of flour.", as OpenAI's tiktoken counts them. */
export const TOKENS = 7;

const SHOWN = /similarity (-?\d\.\d+), (\d+) tokens/;

/** Checks the line that a page or a script shows. */
export function expectShown(text: string): void {
  const [, similarity, tokens] = SHOWN.exec(text) ?? [];
  expect(Number(similarity), text).toBeCloseTo(SIMILARITY, 2);
  expect(Number(tokens), text).toBe(TOKENS);
}

/** Lines that a page should not cause: errors, and requests to anybody but its own server. It grows while the page is open. */
export function problemsOf(page: Page, origin: string): readonly string[] {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    // Browsers ask for an icon by themselves.
    const isIcon = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isIcon) problems.push(message.text());
  });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith('http') && asked.origin !== origin) problems.push(`asked ${request.url()}`);
  });
  return problems;
}

/** Opens a page and checks what it shows, and that it asked nobody but its own server. */
export async function expectPage(page: Page, url: string): Promise<void> {
  const problems = problemsOf(page, new URL(url).origin);
  const failed = page.waitForEvent('pageerror').then((error) => {
    throw new Error(`The page failed: ${error.message}. ${problems.join('; ')}`);
  });
  failed.catch(() => {});
  await page.goto(url);
  const shown = page.getByText(SHOWN).first();
  await Promise.race([shown.waitFor({ timeout: 120_000 }), failed]);
  expectShown((await shown.textContent()) ?? '');
  expect(problems).toEqual([]);
}
