import { type CallOptions, FoundationError, type ReaderFoundation } from '@nearfield/spec';
import { parts } from './chunks.ts';
import { estimateTokens } from './tokens.ts';

/** Longest passage in characters: a few sentences, which rerankers read whole. */
const LONGEST = 900;
/** Most passages that are ranked. */
const MOST = 1000;

/** A piece of content that can answer a question. */
interface Passage {
  /** Headings above it. */
  heading: string;
  text: string;
}

/** Models that rank. */
export interface RankingModels {
  reranker: string;
  embedder: string;
}

/** The passages of Markdown: paragraphs that stand together below one heading. Code and tables stay whole. */
function passages(markdown: string): Passage[] {
  const found: Passage[] = [];
  const above: string[] = [];
  for (const { level, heading, text } of parts(markdown)) {
    if (level > 0) {
      above.length = level;
      above[level] = heading;
    }
    const path = above.filter(Boolean).join(' › ');
    let current = '';
    for (const paragraph of paragraphs(text)) {
      if (current !== '' && current.length + paragraph.length > LONGEST) {
        found.push({ heading: path, text: current });
        current = '';
      }
      current = current === '' ? paragraph : `${current}\n\n${paragraph}`;
    }
    if (current !== '') found.push({ heading: path, text: current });
  }
  return found;
}

function paragraphs(text: string): string[] {
  const found: string[] = [];
  let fence = '';
  let current = '';
  const end = (): void => {
    if (current.trim() !== '') found.push(current.trim());
    current = '';
  };
  for (const line of text.split('\n')) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === '' && line.trim() === '') end();
    else current += `${line}\n`;
    if (mark !== undefined) fence = fence === '' ? mark : mark.startsWith(fence) ? '' : fence;
  }
  end();
  return found;
}

/**
 * The passages that answer a question best, within a number of tokens, in the order of the page.
 *
 * Ranked by the reranker; by cosine of embeddings if it cannot be had; in the order of the page without a foundation.
 */
export async function bestPassages(
  markdown: string,
  question: string,
  budget: number,
  models: RankingModels,
  foundation: ReaderFoundation | undefined,
  options: CallOptions,
): Promise<string> {
  const all = passages(markdown);
  const ranked = await ranking(all.slice(0, MOST), question, models, foundation, options);
  const chosen = new Set<number>();
  let left = budget;
  for (const index of ranked) {
    const { text, heading } = all[index]!;
    const cost = estimateTokens(text) + estimateTokens(heading);
    if (cost > left) {
      // The best one is better than nothing; others may be short enough.
      if (chosen.size > 0) continue;
    }
    chosen.add(index);
    left -= cost;
    if (left <= 0) break;
  }
  let shown = '';
  return [...chosen]
    .sort((a, b) => a - b)
    .map((index) => {
      const { heading, text } = all[index]!;
      // A passage that has lost its headings says where it stood.
      const isNamed = heading === shown || heading === '' || /^#{1,6}\s/.test(text);
      shown = heading;
      return isNamed ? text : `**${heading}**\n\n${text}`;
    })
    .join('\n\n');
}

async function ranking(
  all: readonly Passage[],
  question: string,
  { reranker, embedder }: RankingModels,
  foundation: ReaderFoundation | undefined,
  options: CallOptions,
): Promise<number[]> {
  const order = all.map((_passage, index) => index);
  if (!foundation || all.length < 2) return order;
  const documents = all.map(({ heading, text }) => (heading === '' ? text : `${heading}\n${text}`));
  const { methods, models } = await foundation.capabilities();
  if (methods.rerank && models.includes(reranker)) {
    try {
      const { results } = await foundation.rerank({ model: reranker, query: question, documents }, options);
      return results.map(({ index }) => index);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  if (methods.embeddings && models.includes(embedder)) {
    try {
      const { data } = await foundation.embeddings(
        { model: embedder, input: [question, ...documents] },
        options,
      );
      const [query, ...vectors] = data.map(({ embedding }) => embedding as ArrayLike<number>);
      const scores = vectors.map((vector) => cosine(query!, vector));
      return order.sort((a, b) => scores[b]! - scores[a]!);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return order;
}

/** Whether a model cannot be had here, so that another way is of use. */
const isMissing = (error: unknown): boolean =>
  FoundationError.isInstance(error) &&
  ['NOT_SUPPORTED', 'INPUT_MODEL_NOT_FOUND', 'MODEL_NOT_AVAILABLE_LOCALLY', 'DOWNLOAD_FAILED'].includes(
    error.code,
  );

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let index = 0; index < a.length; index += 1) {
    product += a[index]! * b[index]!;
    left += a[index]! ** 2;
    right += b[index]! ** 2;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}
