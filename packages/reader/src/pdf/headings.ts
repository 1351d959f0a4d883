import type { Block, TextBlock } from './blocks.ts';

/** Gives headings that the outline does not name their level: by the size of their letters, larger ones first. */
export function withLevels(blocks: readonly Block[]): Block[] {
  const styles = new Map<string, { size: number; bold: boolean; named: number[] }>();
  const keyOf = ({ size, bold }: TextBlock): string => `${Math.round(size * 2) / 2} ${bold}`;
  const headings = blocks.filter((block): block is TextBlock => block.kind === 'heading');
  for (const heading of headings) {
    const style = styles.get(keyOf(heading)) ?? { size: heading.size, bold: heading.bold, named: [] };
    if (heading.level > 0) style.named.push(heading.level);
    styles.set(keyOf(heading), style);
  }
  const ranked = [...styles].sort(([, a], [, b]) => b.size - a.size || Number(b.bold) - Number(a.bold));
  const levels = new Map(
    ranked.map(([key, { named }], index) => [key, named.length > 0 ? Math.min(...named) : index + 1]),
  );
  return blocks.map((block) =>
    block.kind === 'heading'
      ? { ...block, level: Math.min(6, block.level || levels.get(keyOf(block)) || 1) }
      : block,
  );
}
