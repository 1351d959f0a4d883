/** What a packed benchmark measures, job by job. Each job is a call of a function of the page, in a browser of its own. */
import type { PeerOptions } from '../page/transformers-worker.ts';

/** Facts that a pack was made with. */
export interface Pack {
  readonly model: PeerOptions['model'];
  readonly dtypes: readonly PeerOptions['dtype'][];
  /** Texts and their vectors by a float64 reference. */
  readonly goldens: readonly { readonly text: string; readonly vector: readonly number[] }[];
}

export interface Job {
  /** Where its result stands in the report. */
  readonly key: string;
  /** Function of the page. */
  readonly name: string;
  readonly parameters: readonly unknown[];
  /** Visits of a browser that keeps its profile get the same one; all others get a new one. */
  readonly profile?: string;
}

/** Number of texts, rounds and visits. */
interface Size {
  readonly texts: number;
  readonly rounds: number;
  readonly queries: number;
  readonly starts: number;
  readonly batches: readonly number[];
}

const ON_A_GPU: Size = { texts: 256, rounds: 3, queries: 50, starts: 3, batches: [32, 256] };
const IN_SOFTWARE: Size = { texts: 24, rounds: 1, queries: 5, starts: 1, batches: [8] };

/** All jobs of a pack, the important ones first: a run may end before the last. */
export function jobsOf(
  { model, dtypes, goldens }: Pack,
  { modelsUrl, isSoftware }: { modelsUrl: string; isSoftware: boolean },
): Job[] {
  const size = isSoftware ? IN_SOFTWARE : ON_A_GPU;
  const jobs: Job[] = [];
  for (const dtype of dtypes) {
    const options: PeerOptions = { device: 'webgpu', dtype, threads: 1, modelsUrl, model };
    const add = (key: string, name: string, ...rest: unknown[]): void => {
      jobs.push({ key: `${dtype}.${key}`, name, parameters: [options, ...rest] });
    };
    const amount = { texts: size.texts, rounds: size.rounds, batches: size.batches };
    add('capabilities', 'capabilities');
    add(
      'goldens',
      'vectors',
      goldens.map(({ text }) => text),
    );
    add('mixed', 'throughput', 'mixed', amount);
    add('uniform', 'throughput', 'uniform', amount);
    add('singleQuery', 'singleQuery', size.queries);
    for (const build of ['asyncify', 'jspi']) {
      add(`builds.${build}`, 'runtimeBuild', build, { queries: size.queries, batch: size.batches[0] });
    }
    for (let visit = 0; visit < size.starts; visit++) {
      add(`coldStart.ours.${visit}`, 'startOurs');
      add(`coldStart.transformersJs.${visit}`, 'startTransformers');
    }
    // The first visit of a profile fills its caches.
    for (let visit = 0; visit <= size.starts; visit++) {
      for (const [who, name] of [
        ['ours', 'startOurs'],
        ['transformersJs', 'startTransformers'],
      ] as const) {
        const key = `${dtype}.${visit === 0 ? 'firstStart' : 'warmStart'}.${who}.${visit}`;
        jobs.push({ key, name, parameters: [options], profile: `${dtype}-${who}` });
      }
    }
  }
  return jobs;
}
