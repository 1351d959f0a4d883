import { type HttpRequest, KEY_PLACEHOLDER } from './http-request.ts';

/** A text as one argument of a POSIX shell. */
const argument = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A request as a command. The key comes from the environment. */
export function curl({ method, url, headers, body }: HttpRequest): string {
  const parts = [
    `curl ${method === 'GET' || method === 'POST' ? '' : `--request ${method} `}${argument(url)}`,
    `--header "Authorization: Bearer $${KEY_PLACEHOLDER}"`,
    ...Object.entries(headers).map(([name, value]) => `--header ${argument(`${name}: ${value}`)}`),
  ];
  if (body !== undefined) {
    parts.push(`--header 'Content-Type: application/json'`);
    parts.push(`--data ${argument(JSON.stringify(body, undefined, 2))}`);
  } else if (method === 'POST') parts.push('--request POST');
  return `${parts.join(' \\\n  ')}\n`;
}
