import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputLine, LINE_CHARACTERS } from '../../requests/batches.ts';
import { PAGE_CHARACTERS, PAGE_LINES } from './job.ts';
import { linesOf, pagesOf } from './lines.ts';

function streamOf(chunks: Iterable<Uint8Array>, onCancel = (): void => {}): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: onCancel,
  });
}

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe('linesOf()', () => {
  it('finds the same lines wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\r\n', '\n\n'))),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (parts, ended, size) => {
          let text = parts.map(([line, end]) => line + end).join('');
          if (!ended) text = text.replace(/[\r\n]+$/, '');
          const bytes = new TextEncoder().encode(text);
          const chunks: Uint8Array[] = [];
          for (let start = 0; start < bytes.length; start += size)
            chunks.push(bytes.slice(start, start + size));
          const expected = text
            .replace(/^\uFEFF/, '')
            .split('\n')
            .map((line) => line.replace(/\r$/, ''))
            .filter((line) => line.trim() !== '');
          expect(await collect(linesOf(streamOf(chunks)))).toEqual(expected);
        },
      ),
    );
  });

  it('keeps only the length of a line that is too long, and goes on after it', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(1 << 20));
    const count = LINE_CHARACTERS / chunk.length + 1;
    const chunks = function* () {
      yield new TextEncoder().encode('first\n');
      for (let index = 0; index < count; index++) yield chunk;
      yield new TextEncoder().encode('\nlast');
    };
    expect(await collect(linesOf(streamOf(chunks())))).toEqual(['first', count * chunk.length, 'last']);
  });

  it('lets go of a stream that is not read to its end', async () => {
    let cancelled = false;
    const endless = function* () {
      for (;;) yield new TextEncoder().encode('line\n');
    };
    const stream = streamOf(endless(), () => {
      cancelled = true;
    });
    for await (const line of linesOf(stream)) {
      expect(line).toBe('line');
      break;
    }
    expect(cancelled).toBe(true);
  });

  it('passes on the error of its stream', async () => {
    const failing = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('The connection broke.');
      },
    });
    await expect(collect(linesOf(failing))).rejects.toThrow('The connection broke.');
  });
});

describe('pagesOf()', () => {
  it('loses no line and keeps to its limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: PAGE_CHARACTERS * 1.5 }), { maxLength: 9 }),
        async (lengths) => {
          const lines: InputLine[] = lengths.map((length) => 'x'.repeat(length));
          const pages = await collect(pagesOf(lines, 3));
          expect(pages.flat()).toEqual(lines);
          for (const page of pages) {
            expect(page.length).toBeGreaterThan(0);
            expect(page.length).toBeLessThanOrEqual(3);
            const characters = page.reduce<number>((sum, line) => sum + String(line).length, 0);
            if (page.length > 1) expect(characters).toBeLessThanOrEqual(PAGE_CHARACTERS);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fills its pages', async () => {
    const lines = Array.from({ length: PAGE_LINES * 2 + 1 }, (_, index) => String(index));
    expect((await collect(pagesOf(lines))).map(({ length }) => length)).toEqual([PAGE_LINES, PAGE_LINES, 1]);
  });
});
