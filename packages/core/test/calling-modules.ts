/**
 * The modules of this repository whose functions are running, the innermost first: one entry per function, without
 * those of tests. Paths within `packages/`, without their suffix.
 */
export function callingModules(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const modules = [...stack!.matchAll(/packages\/(\S+?)\.ts\b/g)].map(([, path]) => path!);
  return modules.filter((path) => !path.endsWith('.test') && !path.includes('/test/'));
}
