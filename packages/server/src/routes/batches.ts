import type { BatchRequest, BatchStatus } from '@nearfield/spec';
import { invalid, shortened } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';
import { formOf } from '../bodies.ts';
import { bulkJob, bulkLines } from '../bulk.ts';
import { type ApiContext, call } from '../context.ts';
import { jsonLinesStream } from '../json-lines.ts';
import type { ApiService } from '../service.ts';
import { withAddresses } from '../webhooks.ts';

/** Names of uploaded files that are remembered, and characters of each. */
const FILE_NAMES = 1000;
const FILE_NAME = 255;

/** Bytes of a file of lines that a caller names by its address. */
const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/** Embedding jobs: the API's, and the older one's bulk jobs, which are batches of a file's rows. */
export function batchRoutes(service: ApiService): void {
  const { foundation, routes } = service;
  const { batches } = foundation;

  const addresses = (context: ApiContext, id: string) => {
    const at = (file: string): string =>
      service.addressOf(context, `v1/batch/${encodeURIComponent(id)}/${file}`);
    return { output: at('output'), errors: at('errors') };
  };
  const withUrls = (context: ApiContext, status: BatchStatus): BatchStatus =>
    withAddresses(status, addresses(context, status.batch_id));

  service.post('/v1/batch/embeddings', 'batch', async (body, how, context) => {
    const { webhook, request } = await prepared(service, body, how.signal);
    const status = await batches.create(request, how);
    if (webhook !== undefined) {
      const { batch_id: id } = status;
      await service.announcer.add({ id, url: webhook, ...addresses(context, id) });
    }
    return withUrls(context, status);
  });
  routes.add('GET', '/v1/batches', async (context) => {
    const jobs = await batches.list({ ...call(context), limit: limitOf(context) });
    return service.reply(
      context,
      jobs.map((job) => withUrls(context, job)),
    );
  });
  routes.add('GET', '/v1/batch/:id', async (context) =>
    service.reply(context, withUrls(context, await batches.get(context.req.param('id')!, call(context)))),
  );
  routes.add('DELETE', '/v1/batch/:id', async (context) =>
    service.reply(context, withUrls(context, await batches.cancel(context.req.param('id')!, call(context)))),
  );
  for (const file of ['output', 'errors'] as const) {
    routes.add('GET', `/v1/batch/:id/${file}`, async (context) => {
      const lines = batches[file](context.req.param('id')!, call(context));
      return context.body(await jsonLinesStream(lines), 200, { 'Content-Type': 'application/jsonl' });
    });
  }

  const fileNames = new Map<string, string>();
  routes.add('POST', '/v1/bulk-embeddings', async (context) => {
    const { model, fileName, input } = await bulkLines(await formOf(context));
    const status = await batches.create({ model, input }, call(context));
    const name = shortened(fileName, FILE_NAME);
    fileNames.set(status.batch_id, name);
    for (const oldest of fileNames.keys()) {
      if (fileNames.size <= FILE_NAMES) break;
      fileNames.delete(oldest);
    }
    return context.json(bulkJob(status, name));
  });
  routes.add('GET', '/v1/bulk-embeddings/:id', async (context) => {
    const status = await batches.get(context.req.param('id')!, call(context));
    return context.json(bulkJob(status, fileNames.get(status.batch_id) ?? ''));
  });
  routes.add('POST', '/v1/bulk-embeddings/:id/download-result', async (context) => {
    const { batch_id: id } = await batches.get(context.req.param('id')!, call(context));
    const path = `v1/batch/${encodeURIComponent(id)}/output`;
    return context.json({ id, download_url: service.addressOf(context, path) });
  });
}

/** A batch request whose addresses are the server's to use: lines that it has read, and a webhook that it will call. */
async function prepared(
  { urls }: ApiService,
  body: Body,
  signal: AbortSignal | undefined,
): Promise<{ request: BatchRequest; webhook?: string }> {
  const request = body as unknown as BatchRequest;
  if (!urls) return { request };
  const { webhook_url: webhook, input_url: address, ...rest } = request;
  if (webhook != null) urls.check(String(webhook), 'webhook_url');
  const hasAddress = typeof address === 'string' && request.input == null;
  const lines =
    hasAddress && (await urls.read(address, { param: 'input_url', maxBytes: MAX_INPUT_BYTES, signal }));
  return {
    request: lines
      ? { ...rest, input: new Blob([lines]) }
      : { ...rest, ...(address != null && { input_url: address }) },
    ...(webhook != null && { webhook: String(webhook) }),
  };
}

function limitOf(context: ApiContext): number {
  const text = context.req.query('limit') ?? '20';
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw invalid('limit', 'Input should be a whole number of at least 1', { type: 'int_parsing' });
}
