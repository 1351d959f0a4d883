import { Worker } from 'node:worker_threads';

/**
 * A thread that runs the command's own script.
 * @param script from the sources it is TypeScript, whose loader a thread does not have from the process
 */
export function startThread(script: URL, workerData: unknown): Worker {
  if (!script.pathname.endsWith('.ts')) return new Worker(script, { workerData });
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then(({ register }) => { register(); return import(${JSON.stringify(script.href)}); })`;
  return new Worker(code, { eval: true, workerData });
}
