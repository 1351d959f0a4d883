import { FoundationError } from '@nearfield/spec';

type Selector = string | readonly string[] | null | undefined;

/** The parts that a selector names, without those inside others; undefined without a selector, or if it names nothing. */
export function targetParts(document: Document, selector: Selector): Element[] | undefined {
  const found = matches(document, selector, 'targetSelector');
  if (found.length === 0) return undefined;
  const all = new Set(found);
  return found.filter((element) => {
    for (let each = element.parentElement; each; each = each.parentElement) if (all.has(each)) return false;
    return true;
  });
}

/** Takes out what a selector names. */
export function removeParts(document: Document, selector: Selector): void {
  for (const element of matches(document, selector, 'removeSelector')) {
    if (element !== document.documentElement && element !== document.body) element.remove();
  }
}

function matches(document: Document, selector: Selector, param: string): Element[] {
  const text = typeof selector === 'string' ? selector : (selector ?? []).join(', ');
  if (text.trim() === '') return [];
  try {
    return [...document.querySelectorAll(text)];
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `${param} is not a CSS selector: ${text.slice(0, 100)}.`,
      param,
      cause,
    });
  }
}
