import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { DrivenClock } from './driven-clock.ts';

/** Ways of a request that does not go well. */
export type Fault =
  | 'none'
  | 'latency'
  | 'too many'
  | 'too many, with Retry-After'
  | 'too many at once'
  | 500
  | 503
  | 504
  | 'reset before the answer'
  | 'reset within the body'
  | 'cut JSON'
  | 'HTML'
  | 'slow body'
  | 'sent twice';

/** One request as it arrived at the proxy. Times are the driven clock's. */
export interface Arrival {
  at: number;
  /** Requests under way, this one included. */
  atOnce: number;
  fault: Fault;
  /** Tokens that the server counted for it. */
  tokens: number;
}

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

const TOO_MANY = { detail: 'Request rate limit exceeded', code: 'RATE_REQUEST_LIMIT_EXCEEDED' };
const TOO_MANY_AT_ONCE = { detail: 'Concurrency limit exceeded', code: 'RATE_CONCURRENCY_LIMIT_EXCEEDED' };

/** A proxy between a client and a real server that does to each request what `faultOf` says. */
export async function createFaultProxy(
  target: string,
  clock: DrivenClock,
  faultOf: (request: number) => Fault,
): Promise<{ url: string; arrivals: Arrival[]; close(): Promise<void> }> {
  const arrivals: Arrival[] = [];
  let running = 0;

  const forward = async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
    const response = await fetch(target + request.url, {
      method: request.method!,
      headers: {
        'Content-Type': 'application/json',
        ...(request.headers.authorization && { Authorization: request.headers.authorization }),
      },
      body: new Uint8Array(body),
    });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: Buffer.from(await response.arrayBuffer()) };
  };

  const refuse = (response: ServerResponse, status: number, body: object, headers = {}): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await buffer(request);
    const fault = faultOf(arrivals.length);
    const arrival: Arrival = { at: clock.now(), atOnce: ++running, fault, tokens: 0 };
    arrivals.push(arrival);
    response.once('close', () => {
      running--;
    });
    if (fault === 'latency') await clock.sleep(4000);
    if (fault === 'too many') return refuse(response, 429, TOO_MANY);
    if (fault === 'too many at once') return refuse(response, 429, TOO_MANY_AT_ONCE);
    if (fault === 'too many, with Retry-After')
      return refuse(response, 429, TOO_MANY, { 'Retry-After': '7' });
    if (typeof fault === 'number') return refuse(response, fault, { detail: 'Something failed.' });
    if (fault === 'reset before the answer') {
      response.socket?.destroy();
      return;
    }
    const { status, type, body } = await forward(request, sent);
    if (fault === 'sent twice') await forward(request, sent);
    const { usage } = JSON.parse(body.toString()) as { usage?: { total_tokens: number } };
    arrival.tokens = usage?.total_tokens ?? 0;
    if (fault === 'HTML') {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<html><body>Please log in.</body></html>');
      return;
    }
    const isCut = fault === 'cut JSON';
    const whole = isCut ? body.subarray(0, body.length >> 1) : body;
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': whole.length });
    const middle = whole.length >> 1;
    if (fault === 'reset within the body' || fault === 'slow body') {
      await new Promise<void>((resolve) => {
        response.write(whole.subarray(0, middle), () => resolve());
      });
      if (fault === 'reset within the body') {
        response.socket?.destroy();
        return;
      }
      await clock.sleep(9000);
      response.end(whole.subarray(middle));
    } else response.end(whole);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
