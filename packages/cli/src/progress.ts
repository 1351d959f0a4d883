import type { CallProgress, ProgressListener } from '@nearfield/spec';
import type { CommandContext } from './command.ts';

const MEGABYTE = 1e6;
/** Back to the start of the line, and rid of what it says. */
const CLEAR = '\r\u001b[K';

/** A line on a terminal that says how far a command is. Nothing where nobody watches. */
export class ProgressLine {
  readonly #context: CommandContext;
  #shown = '';

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** Replaces the line. */
  show(text: string): void {
    if (!this.#context.terminal.stderr || text === this.#shown) return;
    this.#context.stderr(`${CLEAR}${text}`);
    this.#shown = text;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#shown !== '') this.#context.stderr(CLEAR);
    this.#shown = '';
  }

  /**
   * A listener of a call.
   * @param done inputs that earlier calls finished
   * @param total inputs of all calls
   */
  listener(what: string, done = 0, total?: number): ProgressListener {
    return (event) => {
      const text = textOf(event, what, done, total);
      if (text !== undefined) this.show(text);
    };
  }
}

function textOf(event: CallProgress, what: string, done: number, total?: number): string | undefined {
  switch (event.type) {
    case 'model-progress': {
      if (event.fromCache || event.loaded === event.total) return undefined;
      const [loaded, all] = [event.loaded, event.total].map((bytes) => (bytes / MEGABYTE).toFixed(1));
      return `${event.model}: ${loaded} of ${all} MB`;
    }
    case 'model-state':
      return event.state === 'ready' ? undefined : `${event.model}: ${event.state}`;
    case 'work-progress':
      return `${done + event.inputs.done} of ${total ?? event.inputs.total} ${what}`;
  }
}
