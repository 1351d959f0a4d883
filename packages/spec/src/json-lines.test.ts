import { describe, expect, it } from 'vitest';
import { readJsonLines } from './implement.ts';

const fail = (line: number, why: string): Error => new Error(`Line ${line} ${why}`);

async function read(...chunks: (string | Uint8Array)[]) {
  const encoder = new TextEncoder();
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk));
  const lines = [];
  for await (const each of readJsonLines(bytes, fail)) lines.push(each);
  return lines;
}

describe('readJsonLines', () => {
  it('numbers lines, leaves empty ones out and needs no last line feed', async () => {
    expect(await read('{"a":1}\n\n \r\n[2]\r\n', '"x"')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 4, value: [2] },
      { line: 5, value: 'x' },
    ]);
    expect(await read()).toEqual([]);
  });

  it('reads the same however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode('\ufeff"日本"\n"👩‍👧"\n3');
    for (let at = 0; at <= bytes.length; at++) {
      const lines = await read(bytes.subarray(0, at), bytes.subarray(at));
      expect(lines.map(({ value }) => value)).toEqual(['日本', '👩‍👧', 3]);
    }
  });

  it('yields what stands before a bad line, then names the line', async () => {
    const seen: unknown[] = [];
    const bytes = new TextEncoder().encode('1\n\nnot json\n4');
    const reading = (async () => {
      for await (const { value } of readJsonLines([bytes], fail)) seen.push(value);
    })();
    await expect(reading).rejects.toThrow('Line 3 is not JSON: it begins with "not json"');
    expect(seen).toEqual([1]);
  });

  it('gives up on a line that never ends, at its own number', async () => {
    const digits = new Uint8Array(33 * 1024 * 1024).fill(0x31);
    function* endless(): Generator<Uint8Array> {
      yield new TextEncoder().encode('1\n2\n');
      for (;;) yield digits;
    }
    const values: unknown[] = [];
    const reading = (async () => {
      for await (const { value } of readJsonLines(endless(), fail)) values.push(value);
    })();
    await expect(reading).rejects.toThrow('Line 3 never ends');
    expect(values).toEqual([1, 2]);
  });
});
