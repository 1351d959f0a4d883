import { encodeModel, float, GraphBuilder, tensor } from '@nearfield/onnx';
import type { Device } from '@nearfield/spec';
import type { Calibration } from '@nearfield/spec/implement';
import { type Processor, processorOf } from '../runtime/runtime.ts';
import type { Feed } from '../runtime/session.ts';
import type { PooledSession, SessionPool } from '../runtime/session-pool.ts';
import type { BatchBudget } from './batch-plan.ts';
import type { Scheduler, WorkGroup } from './scheduler.ts';

const HIDDEN = 384;
const INNER = 1536;
const LAYERS = 2;
const VOCABULARY = 64;
/** Tokens per row of the measured batches. */
const ROW = 64;
/** Tokens per search query. */
const QUERY = 16;

/** Batch sizes to measure, in padded tokens, smallest first. */
const CANDIDATES: Record<Processor, readonly number[]> = {
  cpu: [256, 512, 1024, 2048],
  gpu: [256, 512, 1024, 2048, 4096, 8192, 16384, 32768],
};

/** Milliseconds. A batch that takes longer keeps interactive calls waiting, so larger ones are not measured. */
const LONGEST_BATCH = 250;

/** The smallest batch within this share of the best throughput is chosen: it lets other calls in sooner. */
const GOOD_ENOUGH = 0.92;

/**
 * The feed-forward half of two encoder layers with the sizes of a small model: the part that takes most of an encoder's
 * time, without its download. Input `ids` int64 [rows, length], output `out` float32 [rows, 384].
 */
function benchmarkGraph(): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('calibration');
  let seed = 1;
  const weights = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return (seed / 2 ** 31 - 1) * 0.05;
    });
  const constant = (name: string, dims: number[]): string =>
    graph.constant(name, tensor('float32', dims, weights(dims.reduce((product, size) => product * size, 1))));
  const scalar = (name: string, value: number): string =>
    graph.constant(name, tensor('float32', [], [value]));
  const rootTwo = scalar('root_two', Math.SQRT2);
  const one = scalar('one', 1);
  const half = scalar('half', 0.5);
  const gain = graph.constant('gain', tensor('float32', [HIDDEN], new Float32Array(HIDDEN).fill(1)));

  const ids = graph.input('ids', 'int64', ['rows', 'length']);
  let hidden = graph.op('Gather', [constant('table', [VOCABULARY, HIDDEN]), ids]);
  for (let layer = 0; layer < LAYERS; layer++) {
    const inner = graph.op('MatMul', [hidden, constant(`up_${layer}`, [HIDDEN, INNER])]);
    const erf = graph.op('Erf', [graph.op('Div', [inner, rootTwo])]);
    const active = graph.op('Mul', [graph.op('Mul', [inner, graph.op('Add', [erf, one])]), half]);
    const outer = graph.op('MatMul', [active, constant(`down_${layer}`, [INNER, HIDDEN])]);
    hidden = graph.op('LayerNormalization', [graph.op('Add', [outer, hidden]), gain], {
      attributes: { axis: -1, epsilon: float(1e-5) },
    });
  }
  const out = graph.op('ReduceMean', [hidden], { output: 'out', attributes: { axes: [1], keepdims: 0 } });
  graph.output(out, 'float32', ['rows', HIDDEN]);
  return encodeModel(graph, { opset: 17, producer: 'nearfield' });
}

interface Shape {
  rows: number;
  length: number;
}

/**
 * Measures a device: throughput at several batch sizes, and the time of a short query. The runs queue in the
 * bulk lane, so calls of users go before each of them. Takes about a second on a CPU.
 */
export async function calibrate(
  sessions: SessionPool,
  scheduler: Scheduler,
  signal?: AbortSignal,
): Promise<Calibration> {
  const { runtime } = sessions;
  const bytes = benchmarkGraph();
  const session = sessions.session('The calibration', bytes.length, async () => ({
    bytes,
    externalData: [],
  }));
  try {
    const measure = measuring(session, scheduler, signal);
    const queryMs = await measure({ rows: 1, length: QUERY });
    const points: { tokens: number; ms: number }[] = [];
    for (const tokens of CANDIDATES[processorOf(runtime)]) {
      const ms = await measure({ rows: tokens / ROW, length: ROW });
      points.push({ tokens, ms });
      if (ms > LONGEST_BATCH) break;
    }
    return { device: runtime.device, queryMs, ...summarise(points), measuredAt: new Date().toISOString() };
  } finally {
    await session.close();
  }
}

/** Milliseconds per run of a shape: the better of two runs after a warm-up. */
function measuring(session: PooledSession, scheduler: Scheduler, signal: AbortSignal | undefined) {
  const group: WorkGroup<Shape, number> = {
    budget: { tokens: 1, rows: 1, overhead: 0 },
    lengthOf: () => 1,
    isFatal: () => true,
    run: async ([shape]) => {
      const { rows, length } = shape!;
      const data = new BigInt64Array(rows * length).fill(7n);
      const ids: Feed = { type: 'int64', dims: [rows, length], data };
      const start = performance.now();
      await session.run({ ids }, ['out']);
      return [performance.now() - start];
    },
  };
  return async (shape: Shape): Promise<number> => {
    const times: number[] = [];
    await scheduler.submit(group, [shape, shape, shape], {
      priority: 'bulk',
      signal,
      onResult: (index, ms) => {
        if (index > 0) times.push(ms);
      },
    });
    return Math.min(...times);
  };
}

/** Conclusion from measured batches: the batch size to use, its throughput, and the cost of starting a batch. */
export function summarise(points: readonly { tokens: number; ms: number }[]): {
  tokensPerSecond: number;
  budgetTokens: number;
  overheadTokens: number;
} {
  const speed = ({ tokens, ms }: { tokens: number; ms: number }): number => tokens / Math.max(ms, 1e-3);
  const best = Math.max(...points.map(speed));
  const chosen = points.find((point) => speed(point) >= GOOD_ENOUGH * best)!;
  const [first, second] = points;
  let overhead = 0;
  if (first && second) {
    // ms = start + slope · tokens through the two smallest batches; start in tokens is start ÷ slope.
    const slope = Math.max((second.ms - first.ms) / (second.tokens - first.tokens), 1e-9);
    overhead = (first.ms - slope * first.tokens) / slope;
  }
  return {
    tokensPerSecond: Math.round(speed(chosen) * 1000),
    budgetTokens: chosen.tokens,
    overheadTokens: Math.round(Math.min(Math.max(overhead, 4), chosen.tokens / 4)),
  };
}

/** The batches that a calibration recommends. */
export const budgetOf = ({ budgetTokens, overheadTokens }: Calibration, device: Device): BatchBudget => ({
  tokens: budgetTokens,
  rows: device === 'webgpu' ? 256 : 64,
  overhead: overheadTokens,
});
