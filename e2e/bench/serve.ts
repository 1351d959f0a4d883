/**
 * `npm run bench -- serve [--seconds 60] [--connections 64] [--json FILE]`: `nearfield serve` with the embedded models
 * under mixed requests. It ends with status 1 if an answer is an error, or differs from the same request made alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { median, percentile, row } from './statistics.ts';

const USAGE = `npm run bench -- serve [options]: the API server under load

Options:
  --seconds N       duration of the load, default 60
  --connections N   default 64
  --json FILE       where the figures are written, too`;

const { values } = taskArguments(
  USAGE,
  {
    options: {
      seconds: { type: 'string', default: '60' },
      connections: { type: 'string', default: '64' },
      json: { type: 'string' },
    },
  },
  (parsed) => {
    for (const name of ['seconds', 'connections'] as const) {
      if (!/^[1-9]\d{0,3}$/.test(parsed.values[name])) throw new UsageError(`--${name} takes a number.`);
    }
  },
);
const seconds = Number(values.seconds);
const connections = Number(values.connections);

interface Request {
  path: string;
  body?: object;
}

const sentence = (n: number): string =>
  `Passage ${n}: the quick brown fox jumps over dog number ${n % 7} and sleeps in the shade of tree ${n % 11}.`;
const sentences = (start: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => sentence(start + index));
const MODEL = 'all-MiniLM-L6-v2';

/** What is asked, in turn; the last ones are errors of the caller. */
const MIX: readonly Request[] = [
  ...Array.from({ length: 12 }, (_, n) => ({
    path: '/v1/embeddings',
    body: { model: MODEL, input: sentences(n, 1) },
  })),
  ...Array.from({ length: 4 }, (_, n) => ({
    path: '/v1/embeddings',
    body: { model: MODEL, input: sentences(n * 8, 8), embedding_type: 'base64' },
  })),
  { path: '/v1/embeddings', body: { model: MODEL, input: sentences(0, 400).join(' '), truncate: true } },
  { path: '/v1/rerank', body: { query: 'who sleeps in the shade?', documents: sentences(3, 8) } },
  { path: '/v1/rerank', body: { query: 'tree 4', documents: sentences(50, 4), top_n: 2 } },
  {
    path: '/v1/classify',
    body: { model: MODEL, input: sentences(9, 2), labels: ['animals', 'plants', 'machines'] },
  },
  { path: '/v1/segment', body: { content: sentences(0, 60).join('\n'), return_chunks: true } },
  { path: '/v1/models' },
  { path: '/v2/rerank', body: { model: 'minilm-reranker', query: 'fox', documents: sentences(1, 4) } },
  { path: '/v1/embeddings', body: { model: 'nobody', input: 'a' } },
  { path: '/v1/embeddings', body: { model: MODEL, input: [] } },
];

const agent = new Agent({ keepAlive: true, maxSockets: connections + 2 });

/** Status and body; the id of a request is its own. */
async function ask({ path, body }: Request): Promise<string> {
  const sent = request(new URL(path, url), {
    agent,
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
  });
  sent.end(body && JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const answer = (await text(response)).replace(/"(?:request_id|id)":"[0-9a-f-]{16,36}"/g, '');
  return `${response.statusCode} ${answer}`;
}

const statusOf = (answer: string): number => Number(answer.slice(0, 3));

/** Milliseconds that a run takes, and those of the server's CPU, which other programs hardly change. */
async function timed(run: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const start = performance.now();
  const before = await cpuTime();
  await run();
  return { wall: performance.now() - start, cpu: (await cpuTime()) - before };
}

/** Milliseconds of a clock tick of /proc: 100 in a second on every Linux. */
const TICK = 10;

async function cpuTime(): Promise<number> {
  const stat = await readFile(`/proc/${server.pid}/stat`, 'utf8').catch(() => '');
  // The name before them may have spaces.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * TICK;
}

interface Memory {
  rss: number;
  /** Bytes by thread and kind. */
  threads: Record<string, number>;
  /** The longest time that the thread which listens did not answer, in seconds, since the last look. */
  lag: number;
}

async function memory(process: number): Promise<Memory> {
  const status = await readFile(`/proc/${process}/status`, 'utf8').catch(() => '');
  const metrics = (await ask({ path: '/metrics' })).split('\n');
  const threads: Record<string, number> = {};
  let lag = 0;
  for (const line of metrics) {
    const [, thread, kind, bytes] =
      /^nearfield_thread_memory_bytes\{thread="(\w+)",kind="(\w+)"\} (\S+)$/.exec(line) ?? [];
    if (thread !== undefined) threads[`${thread} ${kind}`] = Number(bytes);
    const [, name, own] = /^nodejs_(heap_size_used|external_memory)_bytes (\S+)$/.exec(line) ?? [];
    if (name !== undefined) threads[`listening ${name.split('_')[0]}`] = Number(own);
    const [, most] = /^nodejs_eventloop_lag_max_seconds (\S+)$/.exec(line) ?? [];
    if (most !== undefined) lag = Number(most);
  }
  return { rss: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024, threads, lag };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const directory = await mkdtemp(join(tmpdir(), 'nearfield-serve-'));
const cli = fileURLToPath(new URL('../../packages/cli/src/cli.ts', import.meta.url));
const server = spawn(
  process.execPath,
  ['--conditions=@nearfield/source', '--import', 'tsx', cli, 'serve', '--port', '0', '--data-dir', directory],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
const log: string[] = [];
let url = '';
await new Promise<void>((resolve, reject) => {
  createInterface({ input: server.stderr }).on('line', (line) => {
    log.push(line);
    url = /^Listening on (\S+)$/.exec(line)?.[1] ?? url;
    if (line === 'Ready') resolve();
  });
  server.once('exit', () => reject(new Error(`The server ended: ${log.join('\n')}`)));
});

try {
  const alone: string[] = [];
  for (const each of MIX) alone.push(await ask(each));

  // The same requests, one at a time and all at once, in turn.
  const single = MIX.slice(0, 12);
  const count = 2 * connections;
  const batch = Array.from({ length: count }, (_, n) => single[n % single.length]!);
  const ratios: number[] = [];
  const rates: number[][] = [];
  const work: number[][] = [];
  for (let round = 0; round < 5; round++) {
    const one = await timed(async () => {
      for (const each of batch) await ask(each);
    });
    const many = await timed(() =>
      Promise.all(
        Array.from({ length: connections }, async (_, n) => {
          for (let at = n; at < count; at += connections) await ask(batch[at]!);
        }),
      ),
    );
    ratios.push(one.wall / many.wall);
    rates.push([(count / one.wall) * 1000, (count / many.wall) * 1000]);
    work.push([one.cpu / count, many.cpu / count]);
  }

  const wrong: string[] = [];
  const health: number[] = [];
  const samples: Memory[] = [];
  let answered = 0;
  const end = performance.now() + seconds * 1000;
  const isRunning = (): boolean => performance.now() < end;
  const client = async (start: number): Promise<void> => {
    for (let at = start; isRunning(); at++) {
      const index = (at * 7) % MIX.length;
      const answer = await ask(MIX[index]!).catch((error: Error) => `000 ${error.message}`);
      answered++;
      if (answer !== alone[index]) wrong.push(`${MIX[index]!.path}: ${answer.slice(0, 200)}`);
    }
  };
  const watch = async (): Promise<void> => {
    while (isRunning()) {
      const start = performance.now();
      if (statusOf(await ask({ path: '/health' })) !== 200) wrong.push('/health');
      health.push(performance.now() - start);
      samples.push(await memory(server.pid!));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: connections }, (_, n) => client(n * 3))]);

  // The first third is the warm-up.
  const settled = samples.slice(Math.floor(samples.length / 3));
  const half = Math.floor(settled.length / 2);
  const [before, after] = [settled.slice(0, half), settled.slice(half)];
  const kinds = Object.keys(settled[0]?.threads ?? {});
  const change = (of: (sample: Memory) => number): string =>
    `${megabytes(median(before.map(of)))} → ${megabytes(median(after.map(of)))}`;
  console.log(row('requests', `${answered} in ${seconds} s, ${connections} connections`));
  console.log(row('wrong or different answers', `${wrong.length}`));
  for (const each of wrong.slice(0, 5)) console.log(`  ${each}`);
  console.log(
    row(
      `${connections} clients ÷ one at a time`,
      `${median(ratios).toFixed(2)}× (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}); ${median(rates.map(([one]) => one!)).toFixed(0)} and ${median(rates.map(([, many]) => many!)).toFixed(0)} a second`,
    ),
  );
  const [ofOne, ofMany] = [0, 1].map((at) => median(work.map((each) => each[at]!)));
  console.log(
    row(
      'CPU of the server for each',
      `${ofOne!.toFixed(1)} ms and ${ofMany!.toFixed(1)} ms: ${(ofOne! / ofMany!).toFixed(2)}×`,
    ),
  );
  const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
  console.log(
    row(
      '/health',
      `median ${milliseconds(median(health))}, 95 % ${milliseconds(percentile(health, 0.95))}, most ${milliseconds(Math.max(...health))}`,
    ),
  );
  console.log(
    row(
      'listening thread held up, most',
      milliseconds(Math.max(...samples.slice(1).map(({ lag }) => lag)) * 1000),
    ),
  );
  console.log(
    row(
      'resident memory, after warm-up',
      change(({ rss }) => rss),
    ),
  );
  for (const kind of kinds)
    console.log(
      row(
        `  ${kind}`,
        change(({ threads }) => threads[kind] ?? 0),
      ),
    );
  if (values.json) await writeFile(values.json, JSON.stringify({ answered, wrong, ratios, health, samples }));
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  agent.destroy();
  server.removeAllListeners('exit');
  if (server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  await rm(directory, { recursive: true, force: true });
}
