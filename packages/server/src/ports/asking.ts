/** The side that was asked over HTTP: a port as a handler of requests. */
import { deserializeError } from '@nearfield/spec/implement';
import type { Peer } from '../handler.ts';
import type { Answered, ToAnswering, ToAsking } from './messages.ts';

type Say = (message: ToAnswering, transfer?: readonly ArrayBuffer[]) => void;

interface Waiting {
  resolve: (answer: ToAsking & { type: 'answer' }) => void;
  reject: (error: Error) => void;
  /** Of a streamed answer. */
  part?: ((part: Uint8Array<ArrayBuffer> | undefined) => void) | undefined;
}

/** Requests that wait for their answers from the other side of a port. */
export class AskingPort {
  readonly #say: Say;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor(say: Say) {
    this.#say = say;
  }

  /**
   * The answer to a request whose body was read already.
   * @param how `transfer`: the body is given away. Default: it is copied
   * @throws the signal's reason; whatever {@link fail} was called with; errors of the other side
   */
  async ask(
    request: Pick<Request, 'method' | 'url' | 'headers' | 'signal'>,
    body: Uint8Array<ArrayBuffer> | undefined,
    { peer, transfer = false }: { peer?: Peer | undefined; transfer?: boolean } = {},
  ): Promise<Answered> {
    const id = this.#ids++;
    const { method, url, headers, signal } = request;
    // The other side answers nevertheless, once it has stopped.
    const abort = (): void => this.#say({ type: 'abort', id });
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    const done = (): void => {
      this.#waiting.delete(id);
      signal.removeEventListener('abort', abort);
    };
    try {
      const answer = await new Promise<ToAsking & { type: 'answer' }>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        this.#say(
          { type: 'request', id, method, url, headers: [...headers], body, peer },
          body && transfer ? [body.buffer] : [],
        );
      });
      const isStream = answer.body === 'stream';
      if (!isStream) done();
      const content = answer.body === 'stream' ? this.#streamed(id, done) : answer.body;
      return {
        response: new Response(content, {
          status: answer.status,
          headers: answer.headers.map(([name, value]) => [name, value]),
        }),
        log: answer.log,
      };
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Takes a message of the other side. */
  hear(message: ToAsking): void {
    const waiting = this.#waiting.get(message.id);
    if (message.type === 'answer') waiting?.resolve(message);
    else if (message.type === 'part') waiting?.part?.(message.part);
    else {
      this.#waiting.delete(message.id);
      waiting?.reject(deserializeError(message.error));
    }
  }

  /** Nothing that was asked will be answered. */
  fail(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  #streamed(id: number, done: () => void): ReadableStream<Uint8Array> {
    let broken: Error | undefined;
    const waiting = this.#waiting.get(id);
    // Between two parts there is nobody to hear it.
    if (waiting) {
      waiting.reject = (error) => {
        broken = error;
      };
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) =>
          new Promise<void>((resolve, reject) => {
            if (broken || !waiting) return reject(broken);
            waiting.part = (part) => {
              if (part) controller.enqueue(part);
              else {
                done();
                controller.close();
              }
              resolve();
            };
            waiting.reject = (error) => {
              broken = error;
              done();
              reject(error);
            };
            this.#say({ type: 'pull', id });
          }),
        cancel: () => {
          done();
          this.#say({ type: 'abort', id });
        },
      },
      { highWaterMark: 0 },
    );
  }
}
