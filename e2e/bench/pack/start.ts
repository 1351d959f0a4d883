/**
 * The start script of a packed benchmark. It needs Node and a Chromium, neither packages nor a network:
 *
 *     node start.mjs --browser /path/to/chromium [--json report.json] [--software] [--minutes 6] [-- flags of the browser]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GPU, SOFTWARE, visit } from './browser.ts';
import { writeMiniLM } from './models.ts';
import { jobsOf, type Pack } from './plan.ts';
import { type Summary, summaryOf } from './report.ts';
import { servePack } from './serve.ts';

/** Milliseconds that one job may take. */
const JOB_LIMIT = 90_000;

const here = fileURLToPath(new URL('.', import.meta.url));

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      browser: { type: 'string' },
      json: { type: 'string', default: join(here, 'report.json') },
      software: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '6' },
    },
  });
  const { browser } = values;
  if (!browser) throw new Error('Name the Chromium to measure: node start.mjs --browser PATH');
  // What is still to be measured then is left out, and named in the report.
  const end = Date.now() + Number(values.minutes) * 60_000;
  const pack = JSON.parse(await readFile(join(here, 'pack.json'), 'utf8')) as Pack;
  const scratch = await mkdtemp(join(tmpdir(), 'nearfield-pack-run-'));
  const isPacked = pack.model !== 'tiny';
  const models = isPacked ? join(scratch, 'models') : join(here, 'models');
  if (isPacked) await writeMiniLM(join(here, 'source'), join(models, pack.model));
  const server = await servePack({ '': join(here, 'page'), models });
  const flags = [...(values.software ? SOFTWARE : GPU), ...positionals];
  const results: Record<string, unknown> = {};
  const failures: Record<string, string> = {};
  try {
    const run = async (
      key: string,
      job: { name: string; parameters: readonly unknown[]; profile?: string },
    ) => {
      const left = end - Date.now();
      if (left < 1000) {
        failures[key] = 'The time was over.';
        return undefined;
      }
      const { url, answer } = server.open(job);
      const profile = job.profile && join(scratch, `profile-${job.profile}`);
      const found = await visit(
        { browser, flags, url, profile, limit: Math.min(left, JOB_LIMIT) },
        answer,
      ).catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }));
      if ('error' in found) failures[key] = found.error;
      else results[key] = found.value;
      console.log(`${key.padEnd(32)} ${'error' in found ? found.error : 'done'}`);
      return 'error' in found ? undefined : found.value;
    };
    const adapter = (await run('adapter', { name: 'adapter', parameters: [] })) as
      | { name: string; isSoftware: boolean }
      | null
      | undefined;
    if (!adapter)
      throw new Error(`This browser has no WebGPU adapter: ${failures.adapter ?? 'none was given'}`);
    const modelsUrl = `${server.url}models/`;
    for (const { key, ...job } of jobsOf(pack, { modelsUrl, isSoftware: adapter.isSoftware }))
      await run(key, job);
    const summary: Summary = summaryOf(pack, results);
    const report = { adapter, model: pack.model, date: new Date().toISOString(), summary, failures, results };
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(JSON.stringify(summary, null, 2));
    console.log(
      `${values.json}: ${Object.keys(results).length} measured, ${Object.keys(failures).length} not`,
    );
  } finally {
    await server.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
