// The part of the web's globals that every host has and the contract uses: browsers, workers, Node, Deno, Bun, edge
// runtimes. Only for checking that the contract uses no more: applications have their host's own declarations.

declare function atob(data: string): string;
declare function btoa(data: string): string;
declare const reportError: ((error: unknown) => void) | undefined;
declare const console: { error(...data: unknown[]): void };

declare class TextDecoder {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}

declare class Blob {
  readonly size: number;
  readonly type: string;
}

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}
declare const AbortSignal: { any(signals: Iterable<AbortSignal>): AbortSignal };

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const crypto: { getRandomValues<Bytes extends Uint8Array>(bytes: Bytes): Bytes };
