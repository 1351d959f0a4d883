/** Size limits of one `session.run`, and its cost apart from its tokens. */
export interface BatchBudget {
  /** Maximum padded tokens (rows × longest row) per batch. A longer single row makes a batch of its own. */
  tokens: number;
  /** Maximum rows per batch. */
  rows: number;
  /** Cost of starting a batch, in tokens: high on a GPU, low on a CPU. */
  overhead: number;
  /** Whether rows are computed one after the other, each to its own length: then nothing is padded. Default: false. */
  isPacked?: boolean;
}

/** Budget of one batch on the encoder: about 50 ms, the longest that an interactive call then waits. */
export const PACKED_BUDGET: BatchBudget = { tokens: 160, rows: 64, overhead: 4, isPacked: true };

/** Tokens that a batch of these lengths is computed as. */
export function batchSize(lengths: Iterable<number>, { isPacked }: Pick<BatchBudget, 'isPacked'>): number {
  let [sum, longest, rows] = [0, 0, 0];
  for (const length of lengths) {
    sum += length;
    longest = Math.max(longest, length);
    rows++;
  }
  return isPacked ? sum : longest * rows;
}

/**
 * Cuts items into batches within the budget so that the cost Σ(overhead + rows × longest) is the least among all cuts
 * of the length-sorted list. Returns indices into `lengths`, longest batch first, so that the runtime's buffers grow
 * only once. Packed rows count with their own lengths.
 *
 * Dynamic programming over the sorted list: O(n × budget.rows).
 */
export function planBatches(lengths: ArrayLike<number>, budget: BatchBudget): Uint32Array[] {
  const count = lengths.length;
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (left, right) => lengths[left]! - lengths[right]! || left - right,
  );
  const cost = new Float64Array(count + 1);
  const cutBefore = new Uint32Array(count + 1);
  for (let end = 1; end <= count; end++) {
    const longest = lengths[order[end - 1]!]!;
    let best = Number.POSITIVE_INFINITY;
    const fewest = Math.max(0, end - Math.max(1, budget.rows));
    let sum = 0;
    for (let start = end - 1; start >= fewest; start--) {
      sum += lengths[order[start]!]!;
      const tokens = budget.isPacked ? sum : (end - start) * longest;
      if (tokens > budget.tokens && end - start > 1) break;
      const candidate = cost[start]! + budget.overhead + tokens;
      if (candidate < best) {
        best = candidate;
        cutBefore[end] = start;
      }
    }
    cost[end] = best;
  }
  const batches: Uint32Array[] = [];
  for (let end = count; end > 0; end = cutBefore[end]!) batches.push(order.slice(cutBefore[end]!, end));
  return batches;
}

/** Padded tokens of a plan, all of which the device computes. */
export function paddedTokens(lengths: ArrayLike<number>, batches: readonly Uint32Array[]): number {
  let sum = 0;
  for (const batch of batches) {
    let longest = 0;
    for (const index of batch) longest = Math.max(longest, lengths[index]!);
    sum += longest * batch.length;
  }
  return sum;
}
