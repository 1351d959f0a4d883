import type { CallOptions, DeviceReport } from '@nearfield/spec';
import type { EngineArguments, EngineMethod } from '../boundary/methods.ts';
import type { ResultOf } from './methods.ts';

/** Access to the engine: through a worker in a page, directly in Node. */
export interface Backend {
  /** Calls the caller's `onProgress` through `tellProgress`: what it throws does not fail the call. */
  call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>>;
  /** Starts the engine if it is not running. Resolves to its device. */
  device(): Promise<DeviceReport>;
  /** Requests persistent storage, if only this realm can: workers may not. */
  persist?(): Promise<boolean>;
  /** Features that the page lacks, each with its replacement. */
  restrictions?(): string[];
  close(): Promise<void>;
}
