import type { App } from '../shell/app.ts';
import { createConnections } from '../shell/connections.ts';
import { EMBEDDED_MODEL } from '../shell/model-choices.ts';
import { PageState, perApp } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import { type Length, type Measured, measure, PLANS } from './measures.ts';
import type { Measure } from './published.ts';
import { type Machine, machineFacts, type Report, reportOf } from './report.ts';

const RERANKER = 'minilm-reranker';

/** Devices that can be chosen. */
export type BenchDevice = 'wasm' | 'webgpu';

interface BenchmarkingState {
  device: BenchDevice;
  length: Length;
  machine: Machine | undefined;
  /** The step that is measured now. */
  step: { measure: Measure; done: number; total: number } | undefined;
  /** What is measured so far. */
  measured: readonly Measured[];
  report: Report | undefined;
}

/** Measures the engine on this device. */
export class Benchmarking extends PageState<BenchmarkingState> {
  constructor(app: App) {
    super(app, 'benchmark', {
      device: 'wasm',
      length: 'short',
      machine: undefined,
      step: undefined,
      measured: [],
      report: undefined,
    });
    // Files that are deleted under a run would be fetched within it.
    app.watch((event) => event === 'deleting' && this.call.cancel());
  }

  /** Finds out about the machine, once. */
  async learn(): Promise<void> {
    if (!this.state.machine) this.update({ machine: await machineFacts() });
  }

  choose(changes: Partial<Pick<BenchmarkingState, 'device' | 'length'>>): void {
    this.update(changes);
  }

  async run(): Promise<void> {
    await this.learn();
    const { device, length, machine } = this.state;
    this.update({ measured: [], report: undefined, step: undefined });
    // Engines of their own: that of the app has the device of the settings, and may be at work.
    const { threads } = this.app.state.engine;
    const connections = createConnections();
    const create = () => connections.local({ device, threads });
    const createCold = () => connections.local({ device, threads, cache: 'memory' });
    const models = { embedder: EMBEDDED_MODEL, reranker: RERANKER };
    const found = await this.call.run(async (_, options) =>
      measure({
        create,
        createCold,
        ...models,
        plan: PLANS[length],
        options,
        onStep: (each, done, total) => this.update({ step: { measure: each, done, total } }),
        onMeasured: (measured) => this.update({ measured }),
      }),
    );
    this.update({ step: undefined });
    if (!found) return;
    this.update({ report: reportOf(found, { length, device, machine: machine!, models, date: new Date() }) });
    this.app.announceQuietly(words().benchmark.finished);
  }
}

export const benchmarkingOf = perApp((app) => new Benchmarking(app));
