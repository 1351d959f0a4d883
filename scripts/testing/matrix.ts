/** The table that `npm run toolchains` prints: each way of each toolchain, with versions, read from the report. */

interface Test {
  annotations: { type: string; description?: string }[];
  results: { status: string; duration: number }[];
}

/** A file or a group of tests in Playwright's JSON report. */
interface Suite {
  title: string;
  file: string;
  suites?: Suite[];
  specs: { title: string; tests: Test[] }[];
}

/** A part of Playwright's JSON report. */
export interface MatrixReport {
  suites: Suite[];
}

/** One line. */
export interface MatrixRow {
  /** Name of the file without its ending, or of the group. */
  readonly toolchain: string;
  readonly way: string;
  readonly versions: string;
  readonly result: 'yes' | 'NO' | 'skipped';
  readonly seconds: number;
}

const RESULTS: Readonly<Record<string, MatrixRow['result']>> = { passed: 'yes', skipped: 'skipped' };

/** Every test of a report that says where it ran, or that belongs to no group. */
export function matrixRows({ suites }: MatrixReport): MatrixRow[] {
  const rowsOf = (suite: Suite, toolchain: string): MatrixRow[] => [
    ...suite.specs.flatMap(({ title, tests }) =>
      tests.map(({ annotations, results }): MatrixRow => {
        const last = results.at(-1);
        const versions = annotations.filter(({ type }) => type === 'versions');
        return {
          toolchain,
          way: title,
          versions: versions.map(({ description = '' }) => description).join(', '),
          result: RESULTS[last?.status ?? 'skipped'] ?? 'NO',
          seconds: results.reduce((sum, { duration }) => sum + duration, 0) / 1000,
        };
      }),
    ),
    ...(suite.suites ?? []).flatMap((group) => rowsOf(group, group.title)),
  ];
  return suites.flatMap((file) => rowsOf(file, file.title.replace(/^.*\/|\.spec\.ts$/g, '')));
}

/** The lines under each other, in columns. */
export function matrixTable(rows: readonly MatrixRow[]): string {
  const cells = rows.map(({ toolchain, way, result, seconds, versions }) => [
    toolchain,
    way,
    result,
    `${seconds.toFixed(1)} s`,
    versions,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 3 ? cell.padStart(widths[3]!) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
