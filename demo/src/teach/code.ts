/** Code that uses an exported classifier without this page. */

import { findModel } from '@nearfield/spec';

/** The task in which the examples were embedded, where the model has tasks. */
const taskOf = (model: string): string =>
  Object.hasOwn(findModel(model)?.tasks ?? {}, 'classification') ? ", task: 'classification'" : '';

/** A string as source code. */
const literal = (value: string): string => JSON.stringify(value).replaceAll('</', '<\\/');

/**
 * Ten lines that answer as the page does: embed, multiply by the weights, take the best.
 * @param file name of the exported classifier, which lies beside the code
 */
export const classifierCode = (
  file: string,
  model: string,
): string => `import classifier from ${literal(`./${file}`)} with { type: 'json' };

/** Labels of texts, or of pictures as { image }. Any foundation of Nearfield will do: createLocal(), createRemote(), … */
export async function classify(foundation, input) {
  const { columns, weights, classifier: { model, labels } } = classifier;
  const rows = new Float32Array(Uint8Array.from(atob(weights), (byte) => byte.charCodeAt(0)).buffer);
  const { data } = await foundation.embeddings({ model, input${taskOf(model)} });
  return data.map(({ embedding }) => {
    const scores = labels.map((_, row) => embedding.reduce((sum, value, column) => sum + value * rows[row * columns + column], 0));
    return labels[scores.indexOf(Math.max(...scores))];
  });
}
`;
