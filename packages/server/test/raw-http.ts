import { once } from 'node:events';
import { request } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** One request with headers that `fetch` would not let anybody set, such as Host. */
export async function rawRequest(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
    host = '127.0.0.1',
  }: { method?: string; headers?: Record<string, string>; body?: string; host?: string } = {},
): Promise<RawAnswer> {
  const sent = request({ host, port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}
