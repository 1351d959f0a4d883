import type { ImageDoc } from '@nearfield/spec';
import { modalityOf, notSupported, type ParsedMultiVectorRequest } from '@nearfield/spec/implement';
import type { EmbedItem } from './items.ts';

type Request = Pick<ParsedMultiVectorRequest, 'input' | 'model'>;

/**
 * A checked request's inputs as items to embed.
 * @throws FoundationError NOT_SUPPORTED for inputs that only the hosted API reads: PDFs, audio, videos, content groups.
 */
export function itemsOf({ input, model }: Request): EmbedItem[] {
  const inputs = Array.isArray(input) ? input : [input];
  return inputs.map((each, index) => {
    if (typeof each === 'string') return { text: each };
    const modality = modalityOf(each);
    if (modality === 'text') return { text: (each as { text: string }).text };
    if (modality === 'image') return { image: (each as ImageDoc).image };
    throw notSupported(
      `input.${index}`,
      `the local engine embeds texts and images only, and this is ${modality === 'pdf' ? 'a PDF' : modality}.`,
      `Use ${model} through createRemote() of @nearfield/remote.`,
    );
  });
}

/** Like {@link itemsOf}, for models that read only texts. @throws FoundationError NOT_SUPPORTED */
export function textsOf(request: Request): string[] {
  return itemsOf(request).map((item, index) => {
    if ('text' in item) return item.text;
    throw notSupported(
      `input.${index}`,
      `${request.model} gives no vectors of single tokens for an image here.`,
      'Send texts.',
    );
  });
}
