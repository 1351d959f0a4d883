/**
 * Inputs for which the parts of a graph that tell positions and masks are computed. What holds for all of them is taken
 * to hold: lengths that no size of a model equals, rows with and without hidden tokens at their end, one that is long.
 */
import type { HostTensor } from './host.ts';

export interface Probe {
  readonly batch: number;
  readonly sequence: number;
  /** How many tokens of each row are not hidden. */
  readonly seen: readonly number[];
  /** By the names of graph inputs. */
  readonly inputs: Readonly<Record<string, HostTensor>>;
}

function probe(sequence: number, seen: readonly number[], task: number): Probe {
  const batch = seen.length;
  const fill = (value: (row: number, at: number) => number): HostTensor => ({
    type: 'integer',
    dims: [batch, sequence],
    data: Array.from({ length: batch * sequence }, (_, index) =>
      value(Math.floor(index / sequence), index % sequence),
    ),
  });
  return {
    batch,
    sequence,
    seen,
    inputs: {
      // Neither positions nor a special token's number.
      input_ids: fill((row, at) => 7 + ((row * 31 + at * 17) % 29)),
      attention_mask: fill((row, at) => Number(at < seen[row]!)),
      token_type_ids: fill((row, at) => Number((row + at) % 3 === 1)),
      position_ids: fill((_, at) => at),
      task_id: { type: 'integer', dims: [], data: [task] },
    },
  };
}

export const PROBES: readonly Probe[] = [probe(5, [5, 3], 0), probe(7, [7, 7, 4], 1), probe(37, [37, 36], 0)];

/** Inputs whose values a probe gives. */
export const PROBED_INPUTS: readonly string[] = Object.keys(PROBES[0]!.inputs);
