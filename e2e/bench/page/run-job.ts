/** Runs the job that the page's address names, and sends its answer: for a browser that nobody drives. */
export async function runJob(bench: Readonly<Record<string, unknown>>, id: string): Promise<void> {
  const place = `/jobs/${id}`;
  const { name, parameters } = (await (await fetch(place)).json()) as { name: string; parameters: unknown[] };
  const call = bench[name] as (...values: unknown[]) => unknown;
  let answer: { value: unknown } | { error: string };
  try {
    answer = { value: (await call(...parameters)) ?? null };
  } catch (error) {
    answer = { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
  await fetch(place, { method: 'POST', body: JSON.stringify(answer) });
}
