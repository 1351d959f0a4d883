/** SVG drawings between a worker, which cannot draw them, and the pages that use it. */
import { FoundationError } from '@nearfield/spec';
import { drawSvg } from '../image/draw-svg.ts';
import type { Raster } from '../image/raster.ts';
import type { SvgDrawing } from '../image/svg.ts';

interface Wanted {
  readonly id: number;
  readonly svg: SvgDrawing;
}

interface Drawn {
  readonly id: number;
  /** Undefined if the page could not draw it. */
  readonly raster?: Raster | undefined;
  readonly problem?: string | undefined;
}

/** Milliseconds after which a page counts as gone: pages that share a worker leave without notice. */
const PATIENCE = 30_000;

/** The page's half: draws SVG for the worker at the other end. */
export function drawFor(port: MessagePort): void {
  port.onmessage = async ({ data: { id, svg } }: MessageEvent<Wanted>) => {
    try {
      const raster = await drawSvg(svg);
      port.postMessage({ id, raster } satisfies Drawn, [raster.data.buffer]);
    } catch (error) {
      port.postMessage({ id, problem: String(error) } satisfies Drawn);
    }
  };
}

/** The worker's half: sends a drawing to every page that uses the worker, and takes the first answer. */
export class PageDrawing {
  readonly #pages = new Set<MessagePort>();
  readonly #waiting = new Map<number, (drawn: Drawn) => void>();
  #last = 0;

  /** Adds a page that can draw. */
  add(port: MessagePort): void {
    this.#pages.add(port);
    port.onmessage = ({ data }: MessageEvent<Drawn>) => this.#waiting.get(data.id)?.(data);
  }

  /** @throws the signal's reason; FoundationError NOT_SUPPORTED if no page answers; Error if the input is not SVG. */
  async draw(svg: SvgDrawing, { signal }: { signal?: AbortSignal | undefined }): Promise<Raster> {
    signal?.throwIfAborted();
    const id = ++this.#last;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort: (() => void) | undefined;
    try {
      const { raster, problem } = await new Promise<Drawn>((resolve, reject) => {
        this.#waiting.set(id, resolve);
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
        timer = setTimeout(() => reject(noPage()), PATIENCE);
        for (const page of this.#pages) page.postMessage({ id, svg } satisfies Wanted);
      });
      if (!raster) throw new Error(problem);
      return raster;
    } finally {
      this.#waiting.delete(id);
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }
}

const noPage = (): FoundationError =>
  new FoundationError({
    code: 'NOT_SUPPORTED',
    message: 'SVG images are drawn by a page, and none answers. Send a PNG instead.',
  });
