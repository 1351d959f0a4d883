/** What a run found, for people and for programs. */
import { type Adapter, findAdapter } from './adapter.ts';
import type { Length, Measured, Measurements } from './measures.ts';
import { type Comparable, type Measure, publishedFor } from './published.ts';
import { median, percentile, spread } from './statistics.ts';

/** The machine and the browser, as far as a page sees them. */
export interface Machine {
  browser: string;
  cores: number;
  /** Gigabytes, rounded by the browser; undefined where it does not say. */
  memory: number | undefined;
  isIsolated: boolean;
  adapter: Adapter | undefined;
}

export interface Figure {
  measure: Measure;
  items: number;
  rounds: number;
  /** Milliseconds of a round. */
  median: number;
  /** Half the range between the quartiles, in milliseconds. */
  spread: number;
  /** Milliseconds; of single queries alone. */
  p95: number | undefined;
  /** Texts or documents per second; undefined for what is no throughput. */
  perSecond: number | undefined;
  tokensPerSecond: number | undefined;
  /** How many times as fast as the published machine, for the same work. */
  timesPublished: number | undefined;
  published: Comparable | undefined;
}

export interface Report {
  format: 'nearfield-benchmark';
  version: 1;
  /** ISO 8601. */
  date: string;
  length: Length;
  device: string;
  threads: number;
  /** Bytes of the page and its workers, the model in use; undefined where the browser does not say. */
  memory: number | undefined;
  machine: Machine;
  models: { embedder: string; reranker: string };
  figures: readonly Figure[];
}

export async function machineFacts(): Promise<Machine> {
  const { userAgent, hardwareConcurrency } = navigator;
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  return {
    browser: browserOf(userAgent),
    cores: hardwareConcurrency,
    memory: deviceMemory,
    isIsolated: crossOriginIsolated,
    adapter: await findAdapter(),
  };
}

/** The browser's name and version: what is left of a user agent without the names that all of them carry. */
export function browserOf(userAgent: string): string {
  for (const [pattern, name] of [
    [/\bEdg\/(\d+)/u, 'Edge'],
    [/\bOPR\/(\d+)/u, 'Opera'],
    [/\bFirefox\/(\d+)/u, 'Firefox'],
    [/\b(?:Headless)?Chrome\/(\d+)/u, 'Chromium'],
    [/\bVersion\/([\d.]+).*\bSafari\//u, 'Safari'],
  ] as const) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent;
}

/** The figures of what was measured. */
export const figuresOf = (
  measured: readonly Measured[],
  { device, threads }: { device: string; threads: number },
): Figure[] =>
  measured.map(({ measure, items, tokens, milliseconds }) => {
    const middle = median(milliseconds);
    const published = publishedFor(measure, device, threads);
    const isThroughput = measure !== 'query' && measure !== 'start' && measure !== 'cold';
    return {
      measure,
      items,
      rounds: milliseconds.length,
      median: middle,
      spread: spread(milliseconds),
      p95: measure === 'query' ? percentile(milliseconds, 0.95) : undefined,
      perSecond: isThroughput ? (items * 1000) / middle : undefined,
      tokensPerSecond: tokens === undefined ? undefined : (tokens * 1000) / middle,
      timesPublished: published && published.row.milliseconds / published.row.items / (middle / items),
      published,
    };
  });

interface ReportParts {
  length: Length;
  /** The device that was chosen. */
  device: string;
  machine: Machine;
  models: Report['models'];
  date: Date;
}

export function reportOf(
  { measured, device: report, memory }: Measurements,
  { length, device: chosen, machine, models, date }: ReportParts,
): Report {
  const device = report?.device ?? chosen;
  const threads = report?.threads ?? 1;
  return {
    format: 'nearfield-benchmark',
    version: 1,
    date: date.toISOString(),
    length,
    device,
    threads,
    memory,
    machine,
    models,
    figures: figuresOf(measured, { device, threads }),
  };
}

/** The report as JSON. The published figures stay out: they are known. */
export const toJson = (report: Report): string =>
  JSON.stringify(
    {
      ...report,
      figures: report.figures.map(({ published, ...figure }) => ({
        ...figure,
        ...(published && { publishedRun: published.run.id }),
      })),
    },
    (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value),
    2,
  );

const NAMES: Readonly<Record<Measure, (items: number) => string>> = {
  query: () => 'one query',
  mixed: (items) => `${items} texts of mixed length`,
  uniform: (items) => `${items} texts of 40 words`,
  rerank: (items) => `${items} documents ranked`,
  start: () => 'warm start to the first vector',
  cold: () => 'cold start to the first vector',
};

const rounded = (value: number): string =>
  new Intl.NumberFormat('en', { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);

/** The report as Markdown, in English as issues and pages of the project are. */
export function toMarkdown({ date, device, threads, memory, machine, models, figures }: Report): string {
  const { adapter, browser, cores, isIsolated } = machine;
  const facts = [
    device,
    `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    `${cores} cores`,
    browser,
    isIsolated ? 'isolated' : 'not isolated',
    ...(memory === undefined ? [] : [`${rounded(memory / 1e6)} MB of memory in use`]),
    ...(adapter ? [`adapter ${adapter.name}${adapter.isSoftware ? ' (software)' : ''}`] : []),
  ];
  const rows = figures.map(
    ({ measure, items, rounds, median: middle, spread: half, p95, perSecond, timesPublished }) => {
      const speed = perSecond === undefined ? '–' : `${rounded(perSecond)}/s`;
      const times = timesPublished === undefined ? '–' : `${timesPublished.toFixed(2)}×`;
      const last = p95 === undefined ? '' : `, p95 ${rounded(p95)} ms`;
      // A single round has no spread.
      const around = rounds > 1 ? ` ± ${rounded(half)}` : '';
      return `| ${NAMES[measure](items)} | ${rounded(middle)} ms${around}${last} | ${speed} | ${times} |`;
    },
  );
  return `Nearfield in the browser, ${date.slice(0, 10)}: ${facts.join(', ')}. Models: ${models.embedder}, ${models.reranker}.

| what | median ± spread | speed | against the published machine |
| --- | --- | --- | --- |
${rows.join('\n')}

Other work on the machine changes these figures; the last column compares machines, not libraries.
`;
}
