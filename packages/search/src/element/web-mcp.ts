/**
 * The search as a tool for agents in the browser (WebMCP). The interface moved from `navigator` to `document`, and its
 * first form ended a registration by name: all of them are served.
 * See https://webmachinelearning.github.io/webmcp/.
 */

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly annotations: { readonly readOnlyHint: boolean };
  execute(input: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface ModelContext {
  registerTool(tool: Tool, options: { readonly signal: AbortSignal }): unknown;
  unregisterTool?(name: string): void;
}

/** Registers a tool where the browser takes tools, until the signal is aborted. */
export function registerTool(tool: Tool, signal: AbortSignal): void {
  const { modelContext: current } = document as Document & { readonly modelContext?: ModelContext };
  const { modelContext: former } = navigator as Navigator & { readonly modelContext?: ModelContext };
  const context = current ?? former;
  if (typeof context?.registerTool !== 'function') return;
  void (async () => {
    try {
      await context.registerTool(tool, { signal });
      // Known only where the signal is not.
      signal.addEventListener('abort', () => context.unregisterTool?.(tool.name));
    } catch {
      // Another element of the page has the name, the page's policy forbids tools, or the element is gone.
    }
  })();
}
