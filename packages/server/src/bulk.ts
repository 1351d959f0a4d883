import type { BatchInputLine, BatchState, BatchStatus, FoundationError } from '@nearfield/spec';
import { invalid, readJsonLines } from '@nearfield/spec/implement';

// The older API (OpenAPI 0.0.89) took a file and embedded its rows. Its document does not say how a row becomes a
// text; here a CSV row is its `text`, `content` or `input` column, or its first.

/** A row's names for its text. */
const TEXT_COLUMNS = ['text', 'content', 'input'];

const STATES: Record<BatchState, 'waiting' | 'in-progress' | 'failed' | 'completed'> = {
  pending: 'waiting',
  processing: 'in-progress',
  completed: 'completed',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'failed',
};

/** A batch's status as the older API reports it. */
export function bulkJob(status: BatchStatus, fileName: string): Record<string, unknown> {
  const { batch_id, model, created_at, completed_at, error, stats } = status;
  return {
    _id: batch_id,
    user_id: '',
    status: STATES[status.status],
    model_name: model,
    file_name: fileName,
    created_at,
    ...(completed_at ? { completed_at } : {}),
    ...(error ? { error } : {}),
    ...(stats ? { used_token_count: stats.total_tokens } : {}),
  };
}

/** Rows of a CSV text (RFC 4180: quotes, doubled quotes and line breaks inside quotes). */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    if (row.some((each) => each !== '')) rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') cell += text[++index];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') endCell();
    else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  if (quoted) throw invalid('file', 'A quote in the CSV is never closed.');
  endRow();
  return rows;
}

function linesOfCsv(text: string): BatchInputLine[] {
  const rows = csvRows(text);
  const header = rows[0]?.map((name) => name.trim().toLowerCase()) ?? [];
  const named = header.findIndex((name) => TEXT_COLUMNS.includes(name));
  const column = Math.max(0, named);
  return rows
    .slice(named >= 0 ? 1 : 0)
    .map((row, index) => ({ custom_id: String(index), body: { input: row[column] ?? '' } }));
}

async function linesOfJson(file: Uint8Array): Promise<BatchInputLine[]> {
  const lines: BatchInputLine[] = [];
  const fail = (line: number, why: string, cause: unknown): FoundationError =>
    invalid('file', `Line ${line} ${why}.`, { cause });
  for await (const { line, value } of readJsonLines([file], fail)) {
    if (typeof value === 'object' && value !== null && 'body' in value) {
      lines.push(value as BatchInputLine);
      continue;
    }
    const input = typeof value === 'string' ? value : textColumn(value);
    if (input === undefined) throw invalid('file', `Line ${line} has no ${TEXT_COLUMNS.join(', ')}.`);
    lines.push({ custom_id: String(line - 1), body: { input } });
  }
  return lines;
}

function textColumn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const row = value as Record<string, unknown>;
  const name = TEXT_COLUMNS.find((column) => typeof row[column] === 'string');
  return name === undefined ? undefined : (row[name] as string);
}

/**
 * The lines of an uploaded file: CSV, JSONL or plain text with one text per line, by its name.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export async function bulkLines(
  form: FormData,
): Promise<{ model: string; fileName: string; input: BatchInputLine[] }> {
  const model = form.get('model');
  const file = form.get('file');
  if (typeof model !== 'string' || model === '') throw invalid('model', 'model is required.');
  if (file === null || typeof file === 'string') throw invalid('file', 'file must be an uploaded file.');
  const ending = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase();
  let input: BatchInputLine[];
  const text = async (): Promise<string> => (await file.text()).replace(/^\uFEFF/, '');
  if (ending === 'jsonl' || ending === 'ndjson') {
    input = await linesOfJson(new Uint8Array(await file.arrayBuffer()));
  } else if (ending === 'txt') {
    const lines = (await text()).split(/\r?\n/).filter((line) => line.trim() !== '');
    input = lines.map((line, index) => ({ custom_id: String(index), body: { input: line } }));
  } else input = linesOfCsv(await text());
  if (input.length === 0) throw invalid('file', 'The file has no rows.');
  return { model, fileName: file.name, input };
}
