import { type HttpRequest, KEY_PLACEHOLDER } from './http-request.ts';
import { python as literal } from './literal.ts';

/** A request as a script that needs no packages. */
export function python({ method, url, headers, body }: HttpRequest, isLines: boolean): string {
  const own = Object.entries(headers).map(([name, value]) => `    ${literal(name)}: ${literal(value)},\n`);
  const answer = isLines
    ? `    for line in response:
        print(json.loads(line))`
    : '    print(json.load(response))';
  return `import json
import os
import urllib.request

${body === undefined ? '' : `body = ${literal(body)}\n\n`}request = urllib.request.Request(
  ${literal(url)},
  method=${literal(method)},
  headers={
    "Accept": "application/json",
    "Authorization": "Bearer " + os.environ.get(${literal(KEY_PLACEHOLDER)}, ""),
${body === undefined ? '' : '    "Content-Type": "application/json",\n'}${own.join('')}  },${
    body === undefined ? '' : '\n  data=json.dumps(body).encode(),'
  }
)
with urllib.request.urlopen(request) as response:
${answer}
`;
}
