import type { ImageDoc } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';

/** One thing that becomes one vector. */
export type EmbedItem = { readonly text: string } | { readonly image: ImageDoc['image'] };

type Input = string | { text?: unknown; image?: unknown };

/**
 * Checked inputs of `classify` or `train` as items to embed.
 * @throws FoundationError INPUT_VALIDATION_FAILED for an input that is two things at once.
 */
export function itemsOf(input: Input | readonly Input[]): EmbedItem[] {
  const inputs = Array.isArray(input) ? (input as readonly Input[]) : [input as Input];
  return inputs.map((each, index) => {
    if (typeof each === 'string') return { text: each };
    if ('text' in each && 'image' in each) {
      throw invalid(`input.${index}`, 'An input is one thing; this one has text and image.');
    }
    // The schema has checked that it is one of these.
    return 'text' in each ? { text: each.text as string } : { image: each.image as ImageDoc['image'] };
  });
}
