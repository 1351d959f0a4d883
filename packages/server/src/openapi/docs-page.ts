import type { RouteFacts } from '../route-table.ts';
import { OPERATIONS, type Operation } from './operations.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent); border-radius: 0.4rem; }
dt { margin-top: 0.75rem; }
dd { margin-left: 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
`;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The routes of a server as a page that loads nothing from elsewhere. */
export function docsPage(routes: readonly RouteFacts[], origin: string): string {
  const tags = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const operation = OPERATIONS[`${method} ${path}`];
    if (!operation) continue;
    const items = tags.get(operation.tag) ?? [];
    items.push(itemOf(method, path, operation, origin));
    tags.set(operation.tag, items);
  }
  const sections = [...tags].map(([tag, items]) => `<h2>${escaped(tag)}</h2><dl>${items.join('')}</dl>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Nearfield API</title><style>${STYLE}</style></head>
<body><h1>Nearfield API</h1>
<p>Jina’s API, answered by models on this machine. The whole of it for machines: <a href="openapi.json">openapi.json</a>; the models that can be asked for: <a href="v1/models">v1/models</a>.</p>
${sections.join('\n')}
</body></html>
`;
}

function itemOf(method: string, path: string, { summary, example }: Operation, origin: string): string {
  const shown = path.replace(/:(\w+)(\{[^}]+\})?/g, '{$1}');
  const curl =
    example &&
    `curl ${origin}${shown} -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`;
  return (
    `<dt><span class="method">${method}</span> <code>${escaped(shown)}</code></dt>` +
    `<dd>${escaped(summary)}.${curl ? `<pre>${escaped(curl)}</pre>` : ''}</dd>`
  );
}
